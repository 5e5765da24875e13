"""What a run, its store and its readers survive: `make torture`."""
