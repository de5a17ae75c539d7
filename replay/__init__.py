"""Going through history again: rebuilding what is derived from the log, and comparing."""
