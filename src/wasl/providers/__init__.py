"""One file for each wire format of language models."""
