"""The overview of a report: its charts, and what its templates are given."""
