"""The contracts between the middle and the rim."""
