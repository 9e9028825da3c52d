"""What remains of a training: its record, curves and card."""
