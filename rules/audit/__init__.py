"""What the quality audit asks, and the checks of the registry's own data."""
