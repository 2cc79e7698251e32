"""PTV VISSIG: fixed-time supply files (`.sig`), one a controller."""
