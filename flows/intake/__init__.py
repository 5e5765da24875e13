"""An extract, from its files to the validated tables in: reading, a site's own words, validation, `mspike check`."""
