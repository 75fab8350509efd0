"""Knowing what hangs on whom, and leaving without losing anyone: pure arithmetic over dependencies, people and dates."""
