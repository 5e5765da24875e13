"""Bad input: every table and both configurations, in numbers. `make fuzz` runs it whole, `make test` some hundreds."""
