"""People over HTTP and on the command line: whose an identifier is, and what is said of them."""
