"""Replaying the log: rebuilding projections and comparing them, and people as of a position."""
