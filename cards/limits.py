"""Which limits a dataset has, told from its facts alone; the templates put them into words."""

from collections.abc import Iterator

from cards.facts import DatasetFacts

RULES = "rules"  # the judge that votes from measures, with no model


def limits(facts: DatasetFacts) -> frozenset[str]:
    """The names of the limits that a card must tell of."""
    return frozenset(_found(facts))


def non_commercial(facts: DatasetFacts) -> list[str]:
    """The sources whose licence forbids commercial use, by title."""
    return [source.title for source in facts.sources if "non-commercial" in source.terms]


def unlicensed(facts: DatasetFacts) -> list[str]:
    """The sources whose licence lets nobody share them, or of which that is not known, by title."""
    return [source.title for source in facts.sources if not source.terms or "no redistribution" in source.terms]


def unpriced(facts: DatasetFacts) -> list[str]:
    """The models whose price the recipe does not tell."""
    return list(dict.fromkeys(spent.name or spent.model for spent in facts.spent if spent.usd is None))


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
