"""Recipes (YAML), sources (one module a corpus), conversions, prompts and samples."""
