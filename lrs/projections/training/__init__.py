"""The projection `training`: people, courses, transcript lines, figures, certificates."""
