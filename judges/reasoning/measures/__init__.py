"""Deterministic numbers about the text of one trace."""

from judges.reasoning.measures.measure import MEASURES, Subject, measure

__all__ = ["MEASURES", "Subject", "measure"]
