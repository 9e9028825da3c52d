"""What a run's report tells, read out of its tables and its journal."""
