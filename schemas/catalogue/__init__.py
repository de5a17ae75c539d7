"""Validation of catalogue entries from requests and files."""
