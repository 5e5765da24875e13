"""Where a select that somebody else wrote is run: within limits, and with nothing in reach but what it is about."""
