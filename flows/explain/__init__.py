"""One patient's course as a person would want to read it: `mspike explain`."""
