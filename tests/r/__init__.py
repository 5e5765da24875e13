"""The same figures by R."""
