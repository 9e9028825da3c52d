"""What is looked at before any money is spent: duplicates, overlap with benchmarks, language, private data, caps."""
