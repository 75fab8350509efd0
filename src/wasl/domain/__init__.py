"""Values and laws; standard library only."""
