"""The catalogue over HTTP, from files, and on the command line."""
