"""Entries of the catalogue, as requests and files bring them."""
