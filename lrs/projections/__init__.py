"""Read models: each module holds one projection's tables, its folding and its queries."""
