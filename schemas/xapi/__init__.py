"""Statements, their parts and the parameters of xAPI's resources."""
