"""What is taken as the same, mended or refused in an extract: units, repairs, refusals."""
