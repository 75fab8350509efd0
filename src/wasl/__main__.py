"""Entry point of `python -m wasl`."""
