"""The rules of the store, in the standard library alone: no I/O, no clock, no randomness."""
