"""What stands around TRL's loop: checkpoints, Ctrl-C, lines, warnings."""
