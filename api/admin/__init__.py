"""What operators look at and change: people, read models, the catalogue."""
