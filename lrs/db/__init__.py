"""Connections to SQLite and PostgreSQL, and what the log and the read models share of SQL."""
