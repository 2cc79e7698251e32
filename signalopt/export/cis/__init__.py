"""CIS sheets of a controller: passport, programmes, coordination, mode maps; Excel, HTML, JSON."""
