"""What a comparison of judges with people found, as records, and as the JSON file that a card reads later.

save(run, calibrate(...))             # writes <run>.calibration.json beside the run directory
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.runs import Run
from curate.whole import write_whole
from judges.agreement import DRAWS, LEVEL, Estimate
from judges.verdict import Vote

GOOD = "good trace"  # the combined verdict, where a criterion stands; with a space, which no criterion has
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge as the run knows it: its name, its model's identity, name and digest of its criteria."""

    name: str
    identity: str
    criteria: str


@dataclass(frozen=True, slots=True)
class Against:
    """A judge against people on one criterion, or on GOOD.

    traces: labelled ones that the judge voted on; n: those that both decided, which the statistics are of;
    judge_undecided, people_undecided: those that either left open, both counted where both did. precision: of the
    traces that the judge votes 1, the share that people do too; recall: of those that people vote 1, the judge's.
    """

    judge: str
    criterion: str
    traces: int
    n: int
    judge_undecided: int
    people_undecided: int
    agreement: Estimate
    kappa: Estimate
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class Among:
    """Several judges, or several people, among themselves on one criterion, or on GOOD. raters: "judges" or "people";
    n: labelled traces with two votes or more; alpha: Krippendorff's."""

    raters: str
    criterion: str
    n: int
    alpha: Estimate


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion on which a judge and people voted the opposite, with what each gave as the reason."""

    criterion: str
    judge: Vote
    people: Vote
    rationale: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A trace to look at: where a judge and people differ. judge_good, people_good: their combined verdicts."""

    question_id: str
    sample: int
    attempt: int
    judge: str
    judge_good: Vote
    people_good: Vote
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Probed:
    """One judge's votes on one criterion under one probe. n: traces on which both votes are decided; up, down: votes
    that went from 0 to 1, and from 1 to 0; undecided: traces on which either is open."""

    judge: str
    probe: str
    criterion: str
    n: int = 0
    up: int = 0
    down: int = 0
    undecided: int = 0

    def with_pair(self, before: Vote, after: Vote) -> "Probed":
        """The same, one trace more."""
        if before is None or after is None:
            return replace(self, undecided=self.undecided + 1)
        return replace(self, n=self.n + 1, up=self.up + (before < after), down=self.down + (before > after))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the comparison found. people: who labelled; traces: how many of the run's judged ones they did; level,
    draws, seed: of the intervals; rows: the worst first; probes: where they were asked for."""

    people: tuple[str, ...]
    traces: int
    judges: tuple[Judge, ...]
    against: tuple[Against, ...]
    among: tuple[Among, ...]
    rows: tuple[Row, ...]
    probes: tuple[Probed, ...] = ()
    level: float = LEVEL
    draws: int = DRAWS
    seed: int = 0


UNCOMPARED = Calibration(people=(), traces=0, judges=(), against=(), among=(), rows=())


def calibration_path(run: Run) -> Path:
    """Where a run's calibration stands: <run>.calibration.json beside the run directory, as a rerun keeps it."""
    folder = run.path.resolve()
    return folder.with_name(f"{folder.name}.calibration.json")


def as_record(found: Calibration) -> dict[str, Any]:
    """A calibration as JSON has it: numbers rounded to six digits, no times, so that the same labels give the same."""
    record: dict[str, Any] = _rounded(asdict(found))
    return record


def save(run: Run, found: Calibration) -> Path:
    """Writes a calibration beside the run directory, whole or not at all, and returns where: what it does not hold,
    the comparison with people or the probes, stays as it was there. Raises UserError."""
    path, record = calibration_path(run), as_record(found)
    if path.exists():
        before = _read(path)
        if not found.people:
            record = {**before, "probes": record["probes"]}
        elif not found.probes:
            record["probes"] = before.get("probes", [])
    write_whole(path, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise UserError(f"{path}: not valid JSON; remove the file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    return record


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, _DIGITS) if isinstance(value, float) else value
