"""Figures and tables to publish (`write`). Nothing is imported here: what draws takes a second to import."""
