"""Resources for operators: people, projections, the catalogue."""
