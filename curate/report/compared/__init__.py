"""The page of two runs or versions side by side."""
