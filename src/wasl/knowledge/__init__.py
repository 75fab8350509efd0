"""The operator's own documents: cut into passages, ranked."""
