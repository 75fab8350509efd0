"""Wasl: a self-hosted AI assistant that no platform can take off the air."""

__version__ = "0.1.0"

GC_THRESHOLD = 20_000
"""Objects made and not yet freed before the youngest are looked through; Python's own default is 700."""
