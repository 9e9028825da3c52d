"""Which limits a dataset has, told from its facts alone; the templates put them into words."""

from collections.abc import Iterator

from cards.facts import DatasetFacts

RULES = "rules"  # the judge that votes from measures, with no model


def limits(facts: DatasetFacts) -> frozenset[str]:
    """The names of the limits that a card must tell of."""
    return frozenset(_found(facts))


def non_commercial(facts: DatasetFacts) -> list[str]:
    """The sources whose licence forbids commercial use, by title: a Creative Commons name says so with NC."""
    return [source.title for source in facts.sources if "nc" in source.licence.lower().split("-")]


def unlicensed(facts: DatasetFacts) -> list[str]:
    """The sources that state no licence, or none that lets others use them, by title."""
    return [source.title for source in facts.sources if source.licence.lower() in ("", "unknown", "proprietary")]


def unsaid(facts: DatasetFacts) -> list[str]:
    """The models that wrote published text, of whose terms the recipe says nothing."""
    return list(dict.fromkeys(s.model for s in facts.spent if s.purpose in ("distil", "convert") and not s.terms))


def _found(facts: DatasetFacts) -> Iterator[str]:
    sitting = {votes.judge for votes in facts.votes if votes.sits}
    if facts.calibration is None and sitting:
        yield "uncalibrated"
    if sitting == {RULES}:
        yield "rules_only"
    elif len(sitting) == 1:
        yield "one_judge"
    if not facts.benchmarks:
        yield "unscreened"
    if facts.rows("rl") and facts.band is None:
        yield "no_band"
    if facts.leaks:
        yield "leaks"
