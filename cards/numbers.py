"""The tables of a dataset card: counts, sums and ratios of facts, in the same rows for every language.

tables(facts, words("en"))["reasons"]  ->  [("bad", Code("number_differs"), "another number", 812), ...]
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cards.facts import Agreement, Calibrated, Counted, DatasetFacts, Length, Source, Spent, Votes
from cards.fin_r1 import FIN_R1, MODULES, Published
from cards.markdown import Cell, Code, Link, Rows, decimals, interval, percent, size
from cards.words import Say

Count = Callable[[Source], int]

BEFORE: tuple[Count, ...] = (
    lambda s: s.records,
    lambda s: s.unreadable,
    lambda s: s.questions,
    lambda s: s.dropped,
    lambda s: s.untraced,
    lambda s: s.pending + s.failed,
)
ROUNDS: tuple[Count, ...] = (
    lambda s: s.answer_right,
    lambda s: s.answer_wrong,
    lambda s: s.answer_undecided,
    lambda s: s.reasoning_good,
    lambda s: s.reasoning_bad,
    lambda s: s.reasoning_undecided,
    lambda s: s.sft,
    lambda s: s.rl,
    lambda s: s.rejects,
)


def tables(facts: DatasetFacts, say: Say) -> Mapping[str, Rows]:
    """The tables by name, codes in the words of `say`. One without rows has nothing to tell, and is left out."""
    return {
        "parts": [(Code(p.config), Code(p.split), p.rows, p.groups, size(p.bytes)) for p in facts.parts if p.rows],
        "sources": _sources(facts, say),
        "modules": [(say(f"module:{m.name}"), m.sft, percent(m.sft, facts.rows("sft")), m.rl) for m in facts.modules],
        "fin_r1": _fin_r1(facts, say),
        "languages": _counted(facts.languages, say),
        "kinds": _counted(facts.kinds, lambda name: say(f"kind:{name}")),
        "teachers": [(Code(one.name), one.rows) for one in facts.teachers if one.config == "sft"],
        "lengths": [_length(one, say) for one in facts.lengths],
        "before": _by_source(facts.sources, say, BEFORE),
        "rounds": _by_source(facts.sources, say, ROUNDS),
        "reasons": [
            (say(f"label:{r.label}"), Code(r.code), say(f"reason:{r.code}", r.meaning), r.rows) for r in facts.reasons
        ],
        "votes": [_votes(one, say) for one in facts.votes],
        "agreement": [_agreement(one, say) for one in facts.agreement],
        "calibration": [_calibrated(one, say) for one in facts.calibration.judges] if facts.calibration else [],
        "flags": [(Code(f.source), Code(f.flag), f.meaning, f.questions) for f in facts.flags],
        "benchmarks": [(b.name, ", ".join(b.files), b.dropped) for b in facts.benchmarks],
        "private": [(say(f"private:{p.kind}"), p.rows, p.why) for p in facts.private if p.rows],
        "licences": [_licence(one, say) for one in facts.sources],
        "spent": [_spent(one, say) for one in facts.spent],
        "changes": [(Code(c.config), say(f"change:{c.what}"), _named(c.reason, say), c.rows) for c in facts.changes],
        "versions": [(Code(name), Code(version)) for name, version in sorted(facts.versions.items())],
    }


def in_words(facts: DatasetFacts, say: Say) -> DatasetFacts:
    """Facts with what they state in English words (titles, homes, flags, where models run) in the words of `say`. What
    is not ours, as a user's own source or flag, stays in its own. Sources of one title are told apart by name."""
    titles = Counter(source.title for source in facts.sources)
    return replace(
        facts,
        sources=tuple(
            replace(s, title=_title(s, say, alone=titles[s.title] == 1), home=say(f"home:{s.home}", s.home))
            for s in facts.sources
        ),
        flags=tuple(replace(f, meaning=say(f"flag:{f.meaning}", f.meaning)) for f in facts.flags),
        spent=tuple(replace(s, model=_model(s.model, say)) for s in facts.spent),
        band=facts.band and replace(facts.band, student=_model(facts.band.student, say)),
    )


def _title(source: Source, say: Say, *, alone: bool) -> str:
    title = say(f"title:{source.title}", source.title)
    return title if alone else say("{title} ({name})").format(title=title, name=source.name)


def _model(published: str, say: Say) -> str:
    """A published model, "NAME at HOST" where it runs on a server."""
    model, at, host = published.rpartition(" at ")
    return say("{model} at {host}").format(model=model, host=say(host, host)) if at else published


def _named(name: str, say: Say) -> Cell:
    """A column, a criterion, a reason: as code where it is a name or some of them, in words where it is a phrase."""
    return say(name) if " " in name.replace(", ", ",") else Code(name)


def _sources(facts: DatasetFacts, say: Say) -> Rows:
    whole = facts.rows("sft")
    return [
        (s.title, Code(s.name), say(s.language), say(f"module:{s.module}"), *_kept(s, whole)) for s in facts.sources
    ]


def _kept(source: Source, whole: int) -> tuple[Cell, ...]:
    return Code(source.converted), source.sft, percent(source.sft, whole), source.rl


def _length(one: Length, say: Say) -> tuple[Cell, ...]:
    kept = one.rows, decimals(one.mean, 1), decimals(one.median, 1), one.p95, one.longest
    return Code(one.config), say(f"part:{one.part}"), say(one.language), *kept


def _by_source(sources: Sequence[Source], say: Say, counts: Sequence[Count]) -> Rows:
    """Counts of each source, and of all where there are several."""
    rows: list[tuple[Cell, ...]] = [(Code(s.name), *(count(s) for count in counts)) for s in sources]
    if len(sources) > 1:
        rows.append((say("total"), *(sum(map(count, sources)) for count in counts)))
    return rows


def _counted(counted: Sequence[Counted], say: Callable[[str], str]) -> Rows:
    """Rows of sft and of rl beside each other, by name in the order of the facts."""
    rows = {(one.config, one.name): one.rows for one in counted}
    names = dict.fromkeys(one.name for one in counted)
    return [(say(name), rows.get(("sft", name), 0), rows.get(("rl", name), 0)) for name in names]


def _votes(votes: Votes, say: Say) -> tuple[Cell, ...]:
    rate = percent(votes.met, votes.met + votes.failed)
    sits = say("yes" if votes.sits else "no")
    return votes.judge, sits, Code(votes.criterion), votes.met, votes.failed, votes.undecided, rate


def _agreement(pair: Agreement, say: Say) -> tuple[Cell, ...]:
    judges, decided = f"{pair.judge} / {pair.other}", pair.traces - pair.undecided
    counts = pair.traces, pair.undecided, pair.agreed
    return judges, _named(pair.criterion, say), *counts, percent(pair.agreed, decided), decimals(pair.kappa)


def _calibrated(one: Calibrated, say: Say) -> tuple[Cell, ...]:
    agreement = interval(one.agreement, one.agreement_low, one.agreement_high, percent)
    kappa = interval(one.kappa, one.kappa_low, one.kappa_high, decimals)
    return one.judge, _named(one.criterion, say), one.traces, agreement, kappa


def _licence(source: Source, say: Say) -> tuple[Cell, ...]:
    """A corpus of whoever runs the recipe is called "yours" there; to readers of the card it is the publishers'."""
    home = say("yours") if source.home.startswith("yours") else Link(source.home)
    return source.title, say(source.licence), say(source.terms), home, Code(source.revision)


def _spent(one: Spent, say: Say) -> tuple[Cell, ...]:
    """A model's calls for one purpose."""
    model = (Code(one.name), one.model, ", ".join(one.answered_by), say(f"purpose:{one.purpose}"), one.sampling)
    return *model, one.calls, one.prompt_tokens, one.completion_tokens, decimals(one.usd, 2)


def _fin_r1(facts: DatasetFacts, say: Say) -> Rows:
    """This release beside Fin-R1: the sources and modules that both have, and all; nothing where they share none.

    Columns: records, sft rows, their share of all, and of the records; then the same four of Fin-R1.
    """
    shared = [(p.title, [s for s in facts.sources if s.use == p.use], [p]) for p in FIN_R1]
    modules = [
        (say(f"module:{name}"), [s for s in facts.sources if s.module == name], [p for p in FIN_R1 if p.module == name])
        for name in MODULES
    ]
    rows = [_beside(facts, *one) for one in (*shared, *modules) if one[1]]
    return [*rows, _beside(facts, say("total"), facts.sources, FIN_R1)] if rows else []


def _beside(
    facts: DatasetFacts, name: str, sources: Sequence[Source], published: Sequence[Published]
) -> tuple[Cell, ...]:
    ours = sum(s.records for s in sources), sum(s.sft for s in sources)
    theirs = sum(p.original for p in published), sum(p.kept for p in published)
    return (
        name,
        *(*ours, percent(ours[1], facts.rows("sft")), percent(ours[1], ours[0])),
        *(*theirs, percent(theirs[1], sum(p.kept for p in FIN_R1)), percent(theirs[1], theirs[0])),
    )
