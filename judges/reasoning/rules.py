"""Judge `rules`: votes on Fin-R1's seven criteria from measures, audit and grounding, each quoted; no model is asked.

    vote(evidence(subject), FIN_R1.names)   ->  (Score("internal_consistency", 1, "the reasoning ends with ..."), ...)

What the measures cannot tell is None, not 0. Where lines are drawn stands in Thresholds, and a recipe may set each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from judges.reasoning.evidence import Evidence
from judges.verdict import Score, Vote


def _meaning(default: float, meaning: str) -> float:
    """A threshold; one of a share is at most 1."""
    value: float = field(default=default, metadata={"meaning": meaning, "most": 1 if "share" in meaning else None})
    return value


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where `rules` draws its lines: the worst that still gets a 1."""

    min_steps: float = _meaning(3, "steps that a reasoning needs; Fin-R1: at least three")
    min_term_overlap: float = _meaning(0.2, "share of the standard answer's terms that must be used")
    max_error: float = _meaning(0.001, "relative error that a calculation may have: slips in a last digit")
    max_wrong_calculations: float = _meaning(0, "calculations that may be wrong by more")
    max_misread: float = _meaning(0, "numbers that may be one digit, or a swap of two, from one of the question's")
    min_founded: float = _meaning(0.7, "share of numbers that are given, derived or constants")
    max_repeated_sentences: float = _meaning(0.15, "share of sentences that may have been said before")
    max_repeated_ngrams: float = _meaning(0.2, "share of 12-word runs that may have been said before")
    max_said: float = _meaning(5, "times that one sentence may be said")
    max_loop: float = _meaning(3, "times that a stretch may stand in immediate succession")
    max_hedges: float = _meaning(20, "second thoughts (wait, 不对) in 1,000 tokens")
    min_question_terms: float = _meaning(0.2, "share of the question's terms that must be used, or six of them")
    min_finance_terms: float = _meaning(
        2, "terms of finance that a reasoning must use which is short, or whose question has no terms"
    )
    min_language_share: float = _meaning(0.8, "share of the reasoning in the question's language")


RULES = "rules"  # what this judge is called
DEFAULT = Thresholds()
_Fault = str
_NUMBERS_SHOWN = 5
_FEW_HEDGES = 4  # second thoughts that any reasoning may have
_MANY_TERMS = 6  # of the question are enough, however many it has
_SHORT = 120  # tokens
_FEW_NUMBERS = 4  # in the reasoning or the question: below these a share says nothing


def vote(found: Evidence, names: Sequence[str], limits: Thresholds = DEFAULT) -> tuple[Score, ...]:
    """One Score for each of these criteria; None on one that is not Fin-R1's."""
    return tuple(
        Score(name, *(_VOTERS[name](found, limits) if name in _VOTERS else (None, "no measure stands for this")))
        for name in names
    )


def _number(found: Evidence, name: str) -> float:
    return found.measures[name] or 0.0


def _internal_consistency(found: Evidence, _: Thresholds) -> tuple[Vote, str]:
    match found.measures["concludes_answer"]:
        case None:
            return None, "the end of the reasoning states no answer that could be compared"
        case 0:
            return 0, "the reasoning concludes another answer than the one given"
        case _:
            return 1, "the reasoning ends with the answer that is given"


def _term_overlap(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    overlap = found.measures["gold_term_overlap"]
    if overlap is None:
        return None, "the standard answer has no terms to look for"
    return (1 if overlap >= limits.min_term_overlap else 0), f"{overlap:.0%} of the standard answer's terms are used"


def _step_count(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    steps = int(_number(found, "steps"))
    return (1 if steps >= limits.min_steps else 0), f"{steps} steps, {limits.min_steps:g} wanted"


def _logical_consistency(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    if not found.measures["finished"]:
        # A missing full stop after the answer is no fault; without the answer, the end is missing.
        ended = found.measures["concludes_answer"] == 1
        return (None, "the reasoning may break off after its answer") if ended else (0, "the reasoning breaks off")
    if found.subject.right is False:
        return 0, "the answer differs from the standard answer"
    if faults := list(_miscalculated(found, limits)):
        return 0, "; ".join(faults)
    if found.subject.right is None:
        return None, "round one did not decide whether the answer is right"
    founded = found.measures["founded"]
    grounded = "no numbers" if founded is None else f"{founded:.0%} of numbers have a source"
    redone, written = sum(one.value is not None for one in found.calculations), len(found.calculations)
    share = f"{redone}" if redone == written else f"{redone} of {written}"
    checked = f"{share} calculations redone, none off by more than {limits.max_error:.1%}"
    return 1, f"the answer is right; {checked}; {grounded}"


def _miscalculated(found: Evidence, limits: Thresholds) -> Iterator[_Fault]:
    wrong = [one for one in found.calculations if one.error is not None and one.error > limits.max_error]
    if len(wrong) > limits.max_wrong_calculations:
        worst = max(wrong, key=lambda one: one.error or 0)
        first = f"{worst.text} (it gives {worst.computed:.6g})"
        yield f"{len(wrong)} of {len(found.calculations)} calculations wrong: {first}"
    if len(found.grounding.misread) > limits.max_misread:
        yield f"almost a number of the question, and not one: {', '.join(found.grounding.misread[:_NUMBERS_SHOWN])}"
    founded = found.measures["founded"]
    enough = found.calculations and min(found.grounding.counted, found.grounding.at_hand) >= _FEW_NUMBERS
    if founded is not None and enough and founded < limits.min_founded:
        shown = ", ".join(found.grounding.unfounded[:_NUMBERS_SHOWN])
        yield f"{founded:.0%} of numbers have a source; from nowhere: {shown}"


def _content_diversity(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    sentences, runs = _number(found, "repeated_sentences"), _number(found, "repeated_ngrams")
    loop, hedges, rate = (_number(found, name) for name in ("loop", "hedges", "hedges_per_1000_tokens"))
    said = f"{sentences:.0%} of sentences and {runs:.0%} of 12-word runs said before"
    most = _number(found, "most_said")
    if most > limits.max_said:
        return 0, f"one sentence {most:.0f} times; {said}"
    if loop > limits.max_loop:
        return 0, f"the same stretch {loop:.0f} times in a row; {said}"
    if hedges > _FEW_HEDGES and rate > limits.max_hedges:
        return 0, f"{hedges:.0f} second thoughts, {rate:.0f} in 1,000 tokens; {said}"
    options = len(found.subject.options)  # "This statement is incorrect." may be said of each
    often = sentences > limits.max_repeated_sentences and sentences * _number(found, "sentences") >= options
    return (0 if often or runs > limits.max_repeated_ngrams else 1), said


def _domain_relevance(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    shared, share = int(_number(found, "question_terms")), found.measures["question_term_share"]
    finance, kept = int(_number(found, "finance_terms")), found.measures["language_kept"]
    translated = kept is not None and kept < limits.min_language_share
    said = f"{shared} terms of the question and {finance} terms of finance"
    if share is None or translated or _number(found, "tokens") < _SHORT:  # these may share few words with the question
        return (1 if max(finance, shared) >= limits.min_finance_terms else 0), said
    enough = share >= limits.min_question_terms or shared >= _MANY_TERMS
    return (1 if enough else 0), f"{share:.0%} of the question's terms: {said}"


def _instruction_consistency(found: Evidence, limits: Thresholds) -> tuple[Vote, str]:
    faults = list(_disobedience(found, limits))
    return (0, "; ".join(faults)) if faults else (1, "language and form as asked")


def _disobedience(found: Evidence, limits: Thresholds) -> Iterator[_Fault]:
    kept = found.measures["language_kept"]
    if kept is not None and kept < limits.min_language_share:
        yield f"{kept:.0%} of the reasoning is in the question's language"
    if found.measures["foreign"]:
        yield "the reasoning is in a foreign language"
    for name, fault in _LEFTOVERS.items():
        if found.measures[name]:
            yield fault
    boxed = int(_number(found, "boxes"))
    if found.subject.final is None:
        yield "no final answer"
    elif found.subject.boxed_asked and boxed != 1:
        yield f"{boxed} boxed answers, 1 asked for"


_LEFTOVERS: Mapping[str, str] = MappingProxyType(
    {
        "self_identification": "a model speaks of itself",
        "residue": "words of a prompt or of its rewriting are left in it",
        "instructs_judge": "it speaks to its judge",
    }
)
_Voter = Callable[[Evidence, Thresholds], tuple[Vote, str]]
_VOTERS: Mapping[str, _Voter] = MappingProxyType(
    {
        "internal_consistency": _internal_consistency,
        "term_overlap": _term_overlap,
        "step_count": _step_count,
        "logical_consistency": _logical_consistency,
        "content_diversity": _content_diversity,
        "domain_relevance": _domain_relevance,
        "instruction_consistency": _instruction_consistency,
    }
)
# The measures that each vote rests on, for the documentation; a test holds it true.
VOTED_FROM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "internal_consistency": ("concludes_answer",),
        "term_overlap": ("gold_term_overlap",),
        "step_count": ("steps",),
        "logical_consistency": ("finished", "concludes_answer", "founded"),
        "content_diversity": (
            *("repeated_sentences", "sentences", "repeated_ngrams", "most_said", "loop", "hedges"),
            "hedges_per_1000_tokens",
        ),
        "domain_relevance": ("question_terms", "question_term_share", "finance_terms", "language_kept", "tokens"),
        "instruction_consistency": ("language_kept", "foreign", *_LEFTOVERS, "boxes"),
    }
)
