"""Night after night into one store: what changed, what is carried over, what was known when."""
