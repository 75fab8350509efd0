"""Policy: pure laws about what may be said where, and what a message is for."""
