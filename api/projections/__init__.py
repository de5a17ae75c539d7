"""The control room over HTTP and on the command line."""
