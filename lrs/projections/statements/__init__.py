"""The projection `statements`: the index that queries of statements use."""
