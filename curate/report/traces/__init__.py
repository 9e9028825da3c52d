"""The traces of a report: which are shown, laid out for reading, compressed."""
