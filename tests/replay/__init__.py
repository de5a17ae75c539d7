"""The log folded anew: rebuilds, and what was known at a position."""
