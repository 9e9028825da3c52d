"""Fin-R1's published counts, for the comparison in a dataset card.

Source: Liu et al., Fin-R1, arXiv 2503.16252v5, tables 3 (original sizes, printed in thousands) and 4 (rows kept); the
modules of its table 4, as the README of SUFE-AIFLM-Lab/Fin-R1 names them. Shares and keep rates are computed from them.
"""

from dataclasses import dataclass

PAPER = "arXiv 2503.16252v5"


@dataclass(frozen=True, slots=True)
class Published:
    """One source of Fin-R1. use: our module for the same corpus; original: its size before, to the nearest ten; kept:
    rows of the dataset."""

    use: str
    title: str
    module: str
    original: int
    kept: int


FIN_R1 = (
    Published("financeqt", "FinanceQT", "code", 390, 152),
    Published("finance_instruct", "Finance-Instruct-500k", "professional_knowledge", 518_190, 11_300),
    Published("financeiq", "FinanceIQ", "professional_knowledge", 7_170, 2_596),
    Published("finpee", "FinPEE", "professional_knowledge", 350, 179),
    Published("fin_eva", "Ant-Finance", "non_reasoning_business", 8_450, 1_548),
    Published("fincorpus", "FinCorpus", "non_reasoning_business", 235_210, 29_288),
    Published("finqa", "FinQA", "reasoning_business", 8_280, 2_948),
    Published("convfinqa", "ConvFinQA", "reasoning_business", 14_120, 7_629),
    Published("tfns", "TFNS", "reasoning_business", 11_930, 2_451),
    Published("fincuge", "FinCUGE", "reasoning_business", 66_670, 2_000),
)
MODULES = ("code", "professional_knowledge", "non_reasoning_business", "reasoning_business")
