"""What statements say of training: vocabulary, outcomes, transcript lines, figures."""
