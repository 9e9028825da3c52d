"""A run's judges against people, and judges and people among themselves, on the traces that people labelled.

    found = calibrate(run, read_for(run, labels_path(run)).votes, judge_spec(run).keep_rule)
    found.against[0].kappa                # Estimate(value=0.62, low=0.41, high=0.8), of one judge and one criterion

The unit is the trace. What several people say of one is what most of those say who decided; a tie is undecided. The
figures hold for the labelled traces: chosen evenly over sources and outcomes, they are no share of the run.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from curate.calibration import GOOD, Against, Among, Calibration, Difference, Judge, Row
from curate.errors import UserError
from curate.labels import OF_KEYS, PersonVote, TraceKey, in_columns
from curate.runs import Run
from judges.agreement import DRAWS, agreement, alpha, decided, estimates, kappa, precision, recall
from judges.reasoning.combine import Keep, combine
from judges.verdict import Score, Vote

_OF_TWO = {"agreement": agreement, "kappa": kappa, "precision": precision, "recall": recall}

Votes = Mapping[TraceKey, Mapping[str, Vote]]  # trace -> criterion or GOOD -> vote


def calibrate(
    run: Run, labels: Sequence[PersonVote], keep: Keep, criteria: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> Calibration:
    """Compares a run's judges with people.

    labels: each person's last votes; keep: the recipe's rule, by which a person's votes make a trace good as a judge's
    do; criteria: names, in the order of the tables; draws, seed: of the bootstrap. Raises UserError without labels, or
    where no judge voted on a labelled trace.
    """
    if not labels:
        raise UserError(f"the labels hold no votes\n  `curate show {run.path} --label` asks for some")
    people = {name: _person(labels, name, keep, criteria) for name in sorted({vote.by for vote in labels})}
    keys = sorted({vote.trace for vote in labels})
    known, judges, rationales = _judged(run, keys)
    if not judges:
        raise UserError(f"{run.path}: no judge voted on a labelled trace\n  do the labels belong to another run?")
    together = _together(people, keys)
    notes = _notes(labels)
    names = (*criteria, GOOD)
    return Calibration(
        people=tuple(people),
        traces=len(keys),
        judges=known,
        against=tuple(
            _against(judge, name, votes, together, draws, seed) for judge, votes in judges.items() for name in names
        ),
        among=tuple(
            _among(kind, name, raters, keys, draws, seed)
            for kind, raters in (("judges", judges), ("people", people))
            if len(raters) > 1
            for name in names
        ),
        rows=_rows(judges, together, criteria, rationales, notes),
        draws=draws,
        seed=seed,
    )


def _person(labels: Sequence[PersonVote], name: str, keep: Keep, criteria: Sequence[str]) -> Votes:
    """One person's votes, with GOOD as the keep rule makes it; a criterion without a vote is undecided there."""
    found: dict[TraceKey, dict[str, Vote]] = {}
    for one in labels:
        if one.by == name:
            found.setdefault(one.trace, {})[one.criterion] = one.vote
    for votes in found.values():
        scores = [Score(criterion, votes.get(criterion), "") for criterion in criteria]
        votes[GOOD] = _as_vote(combine(scores, keep, name).value)
    return found


def _judged(
    run: Run, keys: Sequence[TraceKey]
) -> tuple[tuple[Judge, ...], dict[str, Votes], dict[tuple[str, TraceKey, str], str]]:
    """The judges of the labelled traces, their votes, and what each gave as its reason."""
    mine, values = f"where {OF_KEYS}", in_columns(keys)
    with run.connect() as connection:
        known = connection.execute(
            f"select judge, identity, criteria from scores {mine} group by all order by min(rowid)", values
        ).fetchall()
        scores = connection.execute(
            f"select question_id, sample, attempt, judge, criterion, vote, rationale from scores {mine}", values
        ).fetchall()
        verdicts = connection.execute(
            f"select question_id, sample, attempt, judge, value from judgements {mine}", values
        ).fetchall()
    votes: dict[str, dict[TraceKey, dict[str, Vote]]] = {row[0]: {} for row in known}
    rationales = {}
    for question, sample, attempt, judge, criterion, vote, rationale in scores:
        votes[judge].setdefault((question, sample, attempt), {})[criterion] = vote
        rationales[judge, (question, sample, attempt), criterion] = rationale
    for question, sample, attempt, judge, value in verdicts:
        of_trace = votes.get(judge, {}).get((question, sample, attempt))
        if of_trace is not None:
            of_trace[GOOD] = _as_vote(value)
    return tuple(Judge(*row) for row in known), dict(votes), rationales


def _as_vote(value: bool | None) -> Vote:
    return None if value is None else 1 if value else 0


def _together(people: Mapping[str, Votes], keys: Sequence[TraceKey]) -> Votes:
    """What people say together: of each trace and criterion what most say of those who decided; a tie is None."""
    found: dict[TraceKey, dict[str, Vote]] = {}
    for key in keys:
        said: dict[str, list[Vote]] = {}
        for votes in people.values():
            for criterion, vote in votes.get(key, {}).items():
                said.setdefault(criterion, []).append(vote)
        found[key] = {criterion: _most(votes) for criterion, votes in said.items()}
    return found


def _most(votes: Sequence[Vote]) -> Vote:
    balance = votes.count(1) - votes.count(0)
    return None if balance == 0 else 1 if balance > 0 else 0


def _against(judge: str, criterion: str, votes: Votes, people: Votes, draws: int, seed: int) -> Against:
    pairs = [
        (votes[key][criterion], people[key][criterion])
        for key in people
        if criterion in votes.get(key, {}) and criterion in people[key]
    ]
    counts = Counter(pairs)
    return Against(
        judge=judge,
        criterion=criterion,
        traces=len(pairs),
        n=decided(counts),
        judge_undecided=sum(said is None for said, _ in pairs),
        people_undecided=sum(true is None for _, true in pairs),
        **estimates(counts, _OF_TWO, draws=draws, seed=seed),
    )


def _among(
    kind: str, criterion: str, raters: Mapping[str, Votes], keys: Sequence[TraceKey], draws: int, seed: int
) -> Among:
    units = Counter(tuple(votes.get(key, {}).get(criterion) for votes in raters.values()) for key in keys)
    n = sum(count for unit, count in units.items() if sum(vote is not None for vote in unit) > 1)
    return Among(kind, criterion, n, estimates(units, {"alpha": alpha}, draws=draws, seed=seed)["alpha"])


def _notes(labels: Sequence[PersonVote]) -> dict[tuple[TraceKey, str], tuple[str, ...]]:
    """What people noted, of each trace and criterion, with who it was."""
    found: dict[tuple[TraceKey, str], tuple[str, ...]] = {}
    for one in sorted(labels, key=lambda vote: vote.by):
        if one.note:
            found[one.trace, one.criterion] = (*found.get((one.trace, one.criterion), ()), f"{one.by}: {one.note}")
    return found


def _rows(
    judges: Mapping[str, Votes],
    people: Votes,
    criteria: Sequence[str],
    rationales: Mapping[tuple[str, TraceKey, str], str],
    notes: Mapping[tuple[TraceKey, str], tuple[str, ...]],
) -> tuple[Row, ...]:
    """Where a judge and people differ. Worst is what a judge calls good and people bad, since it would be published;
    then the reverse; then what differs on the most criteria."""
    rows = []
    for judge, votes in judges.items():
        for key, said in people.items():
            own = votes.get(key, {})
            differences = tuple(
                Difference(name, own[name], said[name], rationales[judge, key, name], notes.get((key, name), ()))
                for name in criteria
                if name in own and name in said and {own[name], said[name]} == {0, 1}
            )
            row = Row(*key, judge, own.get(GOOD), said.get(GOOD), differences)
            if differences or _opposite(row):
                rows.append(row)
    return tuple(sorted(rows, key=_badness))


def _opposite(row: Row) -> bool:
    return {row.judge_good, row.people_good} == {0, 1}


def _badness(row: Row) -> tuple[Any, ...]:
    accepted = row.judge_good == 1 and row.people_good == 0
    place = (row.question_id, row.sample, row.attempt, row.judge)
    return not accepted, not _opposite(row), -len(row.differences), place
