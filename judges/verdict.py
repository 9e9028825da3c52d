"""What a judge says: a Verdict on an answer or a trace, a Score on one criterion.

`value` has three states. None means undecided: it is never counted as wrong, never averaged, always counted.

    Verdict(True, "equal", extracted="17%", method="rule")
    Verdict(None, "gold_missing", extracted=None, method="rule")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Vote = Literal[0, 1] | None

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # right
        "equal": "the answer equals the gold, rounded to the gold's own precision",
        "equal_rounded": "the gold equals the answer, rounded to the answer's precision (3 significant digits or more)",
        "equal_truncated": "the gold is the answer cut off, not rounded, at the gold's precision",
        "equal_percent_sign": "equal but for a percent sign that only one of the two carries",
        "equal_choice": "the same option, or the same set of options",
        "equal_boolean": "the same yes or no",
        # wrong
        "number_differs": "another number",
        "choice_differs": "another option, or another set of options",
        "boolean_differs": "the opposite answer",
        # undecided: about the gold
        "gold_missing": "the source gives no gold answer",
        "gold_unusable": "the gold cannot be read as an answer of its kind",
        "gold_conflict": "the source's two golds contradict each other, and the answer may equal one of them",
        # undecided: about the answer
        "answer_missing": "no final answer was found in the reply",
        "answer_unreadable": "the final answer cannot be read as an answer of the question's kind",
        "several_quantities": "the final answer holds several different numbers",
        "precision_too_low": "the answer rounds to the gold, but with fewer than 3 significant digits",
        "near_miss": "within 0.2 % of the gold but beyond its precision: rounding on the way, or another answer",
        "last_digit": "less than one off in the last place of a gold of one or two digits: rounded, cut off, or wrong",
        "unit_differs": "the answer and the gold name different units or currencies",
        "sign_in_words": "the same number with the other sign, and the answer says decrease, loss or the like",
        "scale_unclear": "the numbers differ by a power of a thousand, and only one names its scale",
        "letter_contradicts_text": "the option's letter and the text beside it name different options",
        "needs_model": "rules do not decide answers of this kind",
        # undecided: about the trace
        "truncated": "the trace ends before its answer",
        "empty_reasoning": "the reply holds no reasoning",
        "empty_answer": "the reply holds reasoning but no answer",
        "refusal": "the model declined to answer",
        "filtered": "the provider's content filter kept the reply back",
        "error": "the call failed; the detail holds the server's words, and the next run asks again",
        "pending": "a call was not sent: the run stopped before it, or none was allowed",
        "no_trace": "nobody wrote a trace for this question",
        "no_program": "the question carries no gold program to write out",
        "program_error": "the gold program cannot be executed",
        # round two
        "all_criteria": "every criterion was met",
        "enough_criteria": "as many criteria were met as the recipe asks for",
        "criteria_failed": "criteria were voted 0; the detail names them",
        "criteria_undecided": "criteria could not be voted on; the detail names them",
        # gather
        "unreadable": "the source's record cannot be read",
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement.

    value: True right or good, False wrong or bad, None undecided.
    reason: a key of REASONS.
    extracted: the final answer as it stood in the reply, or for round two the criteria that decided.
    method: "rule", or the name of the model that judged.
    """

    value: bool | None
    reason: str
    extracted: str | None = None
    method: str = "rule"


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion's vote on one trace: 1 met, 0 not met, None cannot tell, with the reason in words."""

    criterion: str
    vote: Vote
    rationale: str
