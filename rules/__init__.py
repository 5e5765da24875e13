"""What the criteria say: numbers with their sources, and one polars expression per clause. No rows, no I/O."""
