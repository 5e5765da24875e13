"""A draft of registry.toml from the files at hand: what each column is, how sure that is, and what has to be asked."""
