"""The pages of `mspike explore`."""
