"""The parts of an evaluation: sets, replies, counts, tables."""
