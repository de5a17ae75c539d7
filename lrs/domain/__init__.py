"""What the store means, in the standard library alone: no I/O, no clock, no randomness."""
