"""Releases: one version of a run's dataset, built, checked against licences, published, compared and verified."""
