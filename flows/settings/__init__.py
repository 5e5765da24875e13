"""What a run is configured with: the file's tables, each checked. Imports none of those who use it."""
