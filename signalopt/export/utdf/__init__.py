"""UTDF version 8: the combined CSV of Synchro and its neighbours, one file a plan."""
