"""Wasl: a self-hosted AI assistant that no platform can take off the air."""

__version__ = "0.1.0"
