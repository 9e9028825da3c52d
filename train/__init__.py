"""Train on what was curated: SFT, GRPO and evaluation. `python -m train` is the way in."""
