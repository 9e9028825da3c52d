"""What the judges of a run said: votes by criterion, judges among themselves, and against people.

rates(connection)[0]   ->  Rate("finqa", "rules", True, "internal_consistency", met=17, failed=0, undecided=0)
"""

import json
from collections.abc import Mapping
from typing import Any

import duckdb

from cards.facts import Agreement
from curate.calibration import GOOD, calibration_path
from curate.errors import UserError
from curate.report.facts import Calibrated, Estimated, Rate
from curate.runs import Run

# Criteria stand as they were voted on first, the verdict on the whole trace behind them; judges that sit come first.
_CRITERIA = f"""
    criteria as (
        select criterion, min(rowid) as place from scores group by criterion
        union all
        select '{GOOD}', null
    )"""
_RATES = f"""
    with {_CRITERIA},
    sitting as (select judge, bool_or(sits) as sits from judgements group by judge),
    votes as (
        select question_id, judge, criterion, vote from scores
        union all
        select question_id, judge, '{GOOD}', value::tinyint from judgements
    )
    select
        source, judge, sits, criterion,
        count(*) filter (vote = 1), count(*) filter (vote = 0), count(*) filter (vote is null)
    from votes
    join outcomes using (question_id)
    join sources s using (source)
    join sitting using (judge)
    join criteria c using (criterion)
    group by source, s.rowid, judge, sits, criterion, c.place
    order by s.rowid, sits desc, judge, c.place nulls last"""
_AGREEMENT = f"""
    with {_CRITERIA}
    select judge, other, criterion, traces, undecided, agreed, kappa
    from judge_agreement join criteria using (criterion)
    order by judge, other, place nulls last"""
_STATISTICS = ("agreement", "kappa", "precision", "recall")


def rates(connection: duckdb.DuckDBPyConnection) -> tuple[Rate, ...]:
    """Votes by source, judge and criterion; a judge's verdicts by the recipe's keep stand under "good trace"."""
    return tuple(Rate(*row) for row in connection.execute(_RATES).fetchall())


def agreement(connection: duckdb.DuckDBPyConnection) -> tuple[Agreement, ...]:
    """Every two judges on every criterion that both voted on."""
    return tuple(Agreement(*row) for row in connection.execute(_AGREEMENT).fetchall())


def calibration(run: Run) -> tuple[int, tuple[Calibrated, ...]]:
    """How many people labelled, and the judges against them: as `curate calibrate` found, of this run's judges; nobody
    where it found it of others, that the run had before. Raises UserError for a file that is none of its own."""
    path = calibration_path(run)
    if not path.exists():
        return 0, ()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        judges = {(one["name"], one["identity"], one["criteria"]) for one in said["judges"]}
        found = tuple(_calibrated(one) for one in said["against"])
        people = len(said["people"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"{path}: cannot be read as a calibration\n  run `curate calibrate {run.path}` again") from None
    voted = set(run.sql("select distinct judge, identity, criteria from scores").rows())
    return (people, found) if people and judges == voted else (0, ())


def _calibrated(one: Mapping[str, Any]) -> Calibrated:
    counts: dict[str, Any] = {
        key: one[key] for key in ("judge", "criterion", "n", "judge_undecided", "people_undecided")
    }
    spans: dict[str, Any] = {
        name: Estimated(*(one[name][key] for key in ("value", "low", "high"))) for name in _STATISTICS
    }
    return Calibrated(**counts, **spans)
