"""Training in statements: vocabulary, outcomes, transcript lines, statistics."""
