"""`mspike explore`: the registry asked with the mouse. Pages made on the server from the address alone."""
