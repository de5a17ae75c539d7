"""The store over HTTP and on the command line. Flask stays in here."""
