"""Who is certified: a programme's rule, the evidence, the verdict."""
