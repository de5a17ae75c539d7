"""Statements and their parts as xAPI defines them."""
