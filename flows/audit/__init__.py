"""The quality audit: indicators of care, checks of the data, and agreement with the clinic's own record."""
