"""`mspike compare`: what moved from one store to another."""
