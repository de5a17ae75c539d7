"""Blue/green rebuilds of projections."""
