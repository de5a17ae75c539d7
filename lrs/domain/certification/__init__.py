"""Certification: a programme's rule, the evidence, the grants, the verdict."""
