"""What operators look at and change, over HTTP."""
