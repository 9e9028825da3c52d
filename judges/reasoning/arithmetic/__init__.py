"""The arithmetic audit: every calculation that a text writes out, recomputed in exact decimals."""

from judges.reasoning.arithmetic.audit import REASONS, Calculation, audit

__all__ = ["REASONS", "Calculation", "audit"]
