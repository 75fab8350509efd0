"""Continuity: on whom an installation stands, what a loss would take, and leaving without losing anyone; pure arithmetic."""
