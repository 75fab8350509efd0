"""One file for each way to people."""
