"""Conversions: from what a corpus holds to what a dataset needs."""
