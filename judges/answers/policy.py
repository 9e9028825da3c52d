"""What reasonable people set differently: named, with defaults, so that a verdict can be defended.

match("12.6%", Gold("percent", "12.5%"))                                    ->  wrong, number_differs
match("12.6%", Gold("percent", "12.5%"), PRESETS["finreason"])              ->  right, within_tolerance
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Leave = Literal["right", "undecided", "wrong"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How answers are matched with golds; a recipe's `check` sets the same fields.

    rounding: an answer that equals the gold at the gold's written precision, or at its own, is right.
    truncation: so is one that the gold is cut off from instead of rounded (1.8 % of FinQA's test golds are).
    significant: digits that an answer needs to stand for a longer gold ("17%" for 17.043 % has two).
    tolerance: relative gap from the gold, beside rounding, that is right all the same; zero_tolerance: the absolute
    gap where the gold is 0.
    near: relative gap that leaves a number undecided; FinanceReasoning's own tolerance is 0.2 %.
    fractions: 0.125, 12.5 % and 1,250 basis points are one.
    percent_sign: the verdict on the same digits with a percent sign on one side only.
    question_unit: a bare number is in the unit that the question names ("in millions", 单位：亿元).
    question_sign: a question for a decrease ("by how much did it fall") is answered by the number without its sign.
    letters: `read` finds option letters where they stand alone; `membership` collects every A to G in the text.
    """

    rounding: bool = True
    truncation: bool = True
    significant: int = 3
    tolerance: float = 0.0
    zero_tolerance: float = 0.0
    near: float = 0.002
    fractions: bool = True
    percent_sign: Leave = "right"
    question_unit: bool = True
    question_sign: bool = True
    letters: Literal["read", "membership"] = "read"


DEFAULT = Policy()

PRESETS: Mapping[str, Policy] = MappingProxyType(
    {
        "default": DEFAULT,
        # FinReason, src/shared_utils.py (check_answer): within 1 % of the gold, or within 0.001 of a gold of 0; a
        # percent sign is dropped, percent and fraction are never reconciled.
        "finreason": Policy(
            rounding=False,
            truncation=False,
            tolerance=0.01,
            zero_tolerance=0.001,
            near=0.0,
            fractions=False,
            question_unit=False,
            question_sign=False,
        ),
        # DianJin-R1, rl/reward_score_cflue.py: the set of letters A to G found in the last box against the gold's.
        "dianjin": Policy(letters="membership"),
    }
)
