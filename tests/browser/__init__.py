"""The report as people use it, in a browser."""
