"""Cards: facts in, text out. Imports nothing of ours, reads no file but its own templates, and calls nobody."""
