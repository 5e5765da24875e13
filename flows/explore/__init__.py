"""Pages that ask a registry, made on the server from the address alone: `mspike explore`."""
