"""Pages that ask a registry: `mspike explore`."""
