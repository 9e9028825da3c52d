"""Judge `rules`: the seven criteria voted from measures, each with the measure quoted; no model is asked.

A first, honest form: what the measures cannot tell is None, not 0. Thresholds are ours, read off the 120 DeepSeek-R1
traces that the tests use where they are at hand: 95 % of them repeat less than the limits below.
"""

from collections.abc import Mapping

from judges.reasoning.measures import Subject
from judges.verdict import Score, Vote

MIN_STEPS = 3  # Fin-R1: "at least three"
MIN_TERM_OVERLAP = 0.3
MAX_REPEATED_SENTENCES = 0.2
MAX_REPEATED_NGRAMS = 0.3
MIN_SHARED_TERMS = 2
MIN_LANGUAGE_SHARE = 0.5

Measures = Mapping[str, float | None]


def vote(subject: Subject, measures: Measures) -> tuple[Score, ...]:
    """One Score a criterion, in the order of CRITERIA."""
    return (
        Score("internal_consistency", *_internal_consistency(measures)),
        Score("term_overlap", *_term_overlap(measures)),
        Score("step_count", *_step_count(measures)),
        Score("logical_consistency", *_logical_consistency(subject, measures)),
        Score("content_diversity", *_content_diversity(measures)),
        Score("domain_relevance", *_domain_relevance(measures)),
        Score("instruction_consistency", *_instruction_consistency(subject, measures)),
    )


def _number(measures: Measures, name: str) -> float:
    return measures[name] or 0.0


def _internal_consistency(measures: Measures) -> tuple[Vote, str]:
    match measures["concludes_answer"]:
        case None:
            return None, "the end of the reasoning states no answer that could be compared"
        case 1.0:
            return 1, "the reasoning ends with the answer that is given"
        case _:
            return 0, "the reasoning concludes another answer than the one given"


def _term_overlap(measures: Measures) -> tuple[Vote, str]:
    overlap = measures["gold_term_overlap"]
    if overlap is None:
        return None, "the standard answer has no terms to look for"
    return (1 if overlap >= MIN_TERM_OVERLAP else 0), f"{overlap:.0%} of the standard answer's terms are used"


def _step_count(measures: Measures) -> tuple[Vote, str]:
    steps = int(_number(measures, "steps"))
    return (1 if steps >= MIN_STEPS else 0), f"{steps} steps, {MIN_STEPS} wanted"


def _logical_consistency(subject: Subject, measures: Measures) -> tuple[Vote, str]:
    if not measures["finished"]:
        # A missing full stop after the answer is no fault; without the answer, the end is missing.
        ended = measures["concludes_answer"] == 1
        return (None, "the reasoning may break off after its answer") if ended else (0, "the reasoning breaks off")
    match subject.right:
        case True:
            return 1, "the answer equals the standard answer and the reasoning is finished"
        case False:
            return 0, "the answer differs from the standard answer"
        case _:
            return None, "round one did not decide whether the answer is right"


def _content_diversity(measures: Measures) -> tuple[Vote, str]:
    sentences, runs = _number(measures, "repeated_sentences"), _number(measures, "repeated_ngrams")
    said = f"{sentences:.0%} of sentences and {runs:.0%} of 12-word runs said before"
    return (1 if sentences <= MAX_REPEATED_SENTENCES and runs <= MAX_REPEATED_NGRAMS else 0), said


def _domain_relevance(measures: Measures) -> tuple[Vote, str]:
    shared, finance = int(_number(measures, "question_terms")), int(_number(measures, "finance_terms"))
    enough = shared >= MIN_SHARED_TERMS or finance >= MIN_SHARED_TERMS
    return (1 if enough else 0), f"{shared} terms of the question and {finance} terms of finance"


def _instruction_consistency(subject: Subject, measures: Measures) -> tuple[Vote, str]:
    share = measures["han_share"]
    if share is not None:
        kept = share if subject.language == "zh" else 1 - share
        if kept < MIN_LANGUAGE_SHARE:
            return 0, f"{kept:.0%} of the reasoning is in the question's language"
    if subject.final is None:
        return 0, "no final answer"
    boxed = int(_number(measures, "boxes"))
    if subject.boxed_asked and boxed != 1:
        return 0, f"{boxed} boxed answers, 1 asked for"
    return 1, "language and form as asked"
