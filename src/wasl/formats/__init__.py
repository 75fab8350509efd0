"""Formats: how conversations leave other systems and ours; one file a format, found by looking."""
