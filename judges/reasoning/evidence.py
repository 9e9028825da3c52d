"""All that is known of one trace without asking a model: measures, the arithmetic audit, grounding.

evidence(subject).measures["calculations_wrong"]   ->  1.0
evidence(subject).grounding.unfounded              ->  ("54.12",)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from judges.reasoning.arithmetic import Calculation, audit
from judges.reasoning.grounding import Grounding, ground
from judges.reasoning.measures import MEASURES as OF_TEXT
from judges.reasoning.measures import Subject, measure

MEASURES: Mapping[str, str] = {
    **OF_TEXT,
    "calculations": "calculations written out in the reasoning, count",
    "calculations_right": "of these, right at their written precision, count",
    "calculations_wrong": "of these, wrong, count; the others are undecided",
    "largest_error": "the largest relative error of a wrong calculation, 0 or more; null where none is wrong",
    "numbers": "numbers in the reasoning, each mention, without years and numbers of lists, count",
    "numbers_given": "of these, standing in the question, its context or options, count",
    "numbers_derived": "of these, results of calculations that are not wrong, count",
    "numbers_constant": "of these, small whole numbers and constants such as 12, 100, 365, count",
    "numbers_miscalculated": "of these, results of calculations that are wrong, count",
    "numbers_unfounded": "of these, from nowhere, count",
    "numbers_misread": "different numbers from nowhere that are a digit or a swap from one of the question's, count",
    "founded": "share of numbers that are given, derived or constants, 0 to 1; null without numbers",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """measures: by name, in the order of MEASURES; None where there was nothing to measure."""

    subject: Subject
    measures: Mapping[str, float | None]
    calculations: tuple[Calculation, ...]
    grounding: Grounding


def evidence(subject: Subject) -> Evidence:
    """The evidence about a trace's reasoning."""
    calculations = audit(subject.reasoning)
    given = "\n".join((subject.question, subject.context, *subject.options.values()))
    found = ground(subject.reasoning, given, calculations)
    measures = {
        **measure(subject),
        "calculations": len(calculations),
        "calculations_right": sum(one.value is True for one in calculations),
        "calculations_wrong": sum(one.value is False for one in calculations),
        "largest_error": max((one.error for one in calculations if one.error is not None), default=None),
        "numbers": found.counted,
        "numbers_given": found.given,
        "numbers_derived": found.derived,
        "numbers_constant": found.constant,
        "numbers_miscalculated": found.miscalculated,
        "numbers_unfounded": found.unfounded_mentions,
        "numbers_misread": len(found.misread),
        "founded": found.founded,
    }
    return Evidence(subject, measures, calculations, found)
