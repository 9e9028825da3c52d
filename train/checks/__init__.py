"""What is looked at before a training: rows, lengths, faults, steps, memory."""
