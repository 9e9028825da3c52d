"""labels.jsonl: people's votes on traces, one JSON object a line, beside the run directory so that a rerun keeps it.

    {"question_id": "finqa:1", "sample": 0, "attempt": 0, "criterion": "step_count", "vote": 1, "by": "ada"}

vote: 1 met, 0 not met, null cannot tell; `note` may say more; `seen` is a digest of the trace and criterion that were
voted on, so that a vote is not taken for one on another text. The same person's later line about the same trace and
criterion replaces the earlier one. Lines are only ever added, each whole and on the disk before the next is asked for.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from curate.errors import UserError, nearest
from curate.judge_spec import JudgeSpec
from curate.records import Trace
from curate.runs import Run
from judges.reasoning.criteria import Criterion
from judges.verdict import Vote

TraceKey = tuple[str, int, int]
# The condition of a query over rows of these traces; `in_columns` gives its parameters.
OF_KEYS = """(question_id, sample, attempt) in (
    select (unnest(?::varchar[]), unnest(?::smallint[]), unnest(?::smallint[])))"""

_SHOWN = 60  # characters of a faulty line
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class PersonVote:
    """One person's vote on one criterion of one trace, as a line of the file. vote: 1, 0, or None for cannot tell;
    seen: `digest_of` what was read, or "" where nobody knows."""

    question_id: str
    sample: int
    attempt: int
    criterion: str
    vote: Vote
    by: str
    note: str = ""
    seen: str = ""

    @property
    def trace(self) -> TraceKey:
        """The trace's key: question, sample, attempt."""
        return self.question_id, self.sample, self.attempt


_KEYS = tuple(field.name for field in fields(PersonVote))
_OPTIONAL = ("note", "seen")


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file holds. votes: the last of each person, trace and criterion, in the order of their lines; warning:
    what a half last line is, left out of them, or ""."""

    votes: tuple[PersonVote, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class JudgedTrace:
    """A trace that a run's judges saw. stratum: what is covered evenly, its source and the judges' verdict."""

    key: TraceKey
    stratum: tuple[str, str]


def labels_path(run: Run) -> Path:
    """Where a run's labels stand by default: <run>.labels.jsonl beside the run directory."""
    folder = run.path.resolve()
    return folder.with_name(f"{folder.name}.labels.jsonl")


def read_labels(path: Path) -> Labels:
    """The votes of a file.

    A last line that a kill cut in half is left out, with a warning. Raises UserError with file and line for any other
    line that is no vote, and for a file that cannot be read.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except FileNotFoundError:
        raise UserError(f"no labels '{path}'\n  `curate show RUN --label` asks for votes and writes them") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    found: dict[tuple[TraceKey, str, str], PersonVote] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if number == len(lines) and _cut(line):
            return Labels(tuple(found.values()), f"{path}:{number}: half a line, as a kill leaves it; it is left out")
        try:
            vote = _vote_of(line)
        except ValueError as error:
            raise UserError(f"{path}:{number}: {error}\n  mend the line or take it out") from None
        one = vote.trace, vote.criterion, vote.by
        found.pop(one, None)
        found[one] = vote
    return Labels(tuple(found.values()))


def read_for(run: Run, path: Path) -> Labels:
    """The votes of a file that belong to a run: on its judged traces and criteria, as they are now. The others are left
    out, with a warning: the run was made again with other questions, traces or words. Raises UserError as `read_labels`
    does."""
    labels, criteria = read_labels(path), {one.name: one for one in judge_spec(run).criteria_set.criteria}
    traces = traces_of(run, sorted({vote.trace for vote in labels.votes}))
    kept, strange, changed = [], [], []
    for vote in labels.votes:
        if vote.trace not in traces or vote.criterion not in criteria:
            strange.append(vote)
        elif vote.seen not in ("", digest_of(traces[vote.trace], criteria[vote.criterion])):
            changed.append(vote)
        else:
            kept.append(vote)
    said = [labels.warning] if labels.warning else []
    for what, some in (("this run has not judged by", strange), ("have changed since", changed)):
        if some:
            count = "1 vote" if len(some) == 1 else f"{len(some):,} votes"
            first = f"{some[0].question_id} sample {some[0].sample} attempt {some[0].attempt}, {some[0].criterion}"
            said.append(f"{path}: left out {count} on traces or criteria that {what}: first {first}")
    return Labels(tuple(kept), "\n".join(said))


def digest_of(trace: Trace, criterion: Criterion) -> str:
    """64 bits of BLAKE2b, in hex, of what a person reads to vote: a trace, and the criterion in both languages."""
    said = json.dumps([trace.reasoning, trace.answer, asdict(criterion)], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def traces_of(run: Run, keys: Sequence[TraceKey]) -> dict[TraceKey, Trace]:
    """Those of the traces that the run has judged."""
    names = [field.name for field in fields(Trace)]
    query = f"""
        select {", ".join(names)} from traces t where {OF_KEYS}
        and exists (from scores s where s.question_id = t.question_id and s.sample = t.sample and s.attempt = t.attempt)
    """
    with run.connect() as connection:
        rows = connection.execute(query, in_columns(keys)).fetchall()
    found = [Trace(**dict(zip(names, row, strict=True))) for row in rows]
    return {(one.question_id, one.sample, one.attempt): one for one in found}


def in_columns(keys: Sequence[TraceKey]) -> list[list[Any]]:
    """Keys of traces as the parameters of OF_KEYS."""
    return [list(column) for column in zip(*keys, strict=True)] or [[], [], []]


def append_label(path: Path, vote: PersonVote) -> None:
    """Adds one line and returns when it is on the disk; half a last line that a kill left is cut off first.

    The line is one write at the file's end, so that two people may label into one file at once. Raises UserError if the
    file cannot be written.
    """
    said = {name: value for name, value in asdict(vote).items() if name not in _OPTIONAL or value}
    line = json.dumps(said, ensure_ascii=False).encode() + b"\n"
    try:
        fresh = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        with open(descriptor, "r+b", buffering=0) as file:
            line = _mend_end(file) + line
            if file.write(line) != len(line):
                raise OSError(0, "the disk is full")
            os.fsync(file.fileno())
        if fresh and os.name == "posix":
            _sync_folder(path.parent)
    except OSError as error:
        raise UserError(
            f"{path}: the vote cannot be written: {error.strerror}\n  name another file with --labels"
        ) from None


def judged_traces(run: Run) -> list[JudgedTrace]:
    """The traces of a run that have votes of judges, with their strata: the source, and how its question ended; of a
    trace that was not chosen the word of the judges that sit: bad if one says bad, good if all say good."""
    query = """
        select j.question_id, j.sample, j.attempt, q.source,
            coalesce(
                any_value(o.label),
                case
                    when bool_or(not j.value) then 'bad'
                    when count(j.value) = count(*) then 'good'
                    else 'undecided'
                end
            )
        from judgements j join questions q on q.id = j.question_id
        left join outcomes o on o.question_id = j.question_id and o.sample = j.sample and o.attempt = j.attempt
        where j.sits and exists (
            from scores s where s.question_id = j.question_id and s.sample = j.sample and s.attempt = j.attempt)
        group by all order by all"""
    with run.connect() as connection:
        rows = connection.execute(query).fetchall()
    return [JudgedTrace((row[0], row[1], row[2]), (row[3], row[4])) for row in rows]


def judge_spec(run: Run) -> JudgeSpec:
    """The `judge` of a run's recipe: its criteria in words, and its rule for keeping a trace. Raises UserError where an
    older version of the package wrote it in another form."""
    try:
        return JudgeSpec.model_validate(run.record["recipe"].get("judge", {}))
    except (KeyError, AttributeError, ValueError):
        raise UserError(f"{run.path}: its recipe's `judge` cannot be read; run the recipe again") from None


def in_turn(traces: Iterable[JudgedTrace], seed: int = 0) -> list[JudgedTrace]:
    """The traces in the order of labelling: rounds of one of each stratum, both the choice and the order by a hash.

    So the first few cover every source, and good and bad ones, without a pattern that tells which is which; everybody
    who labels is asked for the same ones; and traces that a later run adds do not change the order inside the strata.
    Strata of unequal size get equal shares: what is counted on the first few holds for them, not for the run.
    """
    strata: dict[tuple[str, str], list[JudgedTrace]] = {}
    for trace in sorted(traces, key=lambda one: _drawn(seed, "which", one.key)):
        strata.setdefault(trace.stratum, []).append(trace)
    rounds = zip_longest(*strata.values())
    # Another hash: by the first one, the large strata would lead every round.
    whole = [sorted(filter(None, one), key=lambda trace: _drawn(seed, "when", trace.key)) for one in rounds]
    return list(chain.from_iterable(whole))


def _drawn(seed: int, use: str, key: TraceKey) -> bytes:
    return hashlib.blake2b(json.dumps([seed, use, *key]).encode(), digest_size=8).digest()


def _cut(line: bytes) -> bool:
    """Whether a last line without its end is half of one: it neither closes nor parses."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return not line.rstrip().endswith(b"}")
    return False


def _mend_end(file: Any) -> bytes:
    """Cuts off half a last line. Returns what must stand before the next: the end of a whole one that lacks it."""
    end = start = file.seek(0, os.SEEK_END)
    last = b""
    while start and b"\n" not in last:  # from behind: the file may be long
        start = max(start - _BLOCK, 0)
        file.seek(start)
        last = file.read(end - start)
    last = last.rpartition(b"\n")[2]
    if not last:
        return b""
    if not _cut(last):
        return b"\n"
    file.truncate(end - len(last))
    return b""


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _vote_of(line: bytes) -> PersonVote:
    """The vote of a line. Raises ValueError with what is wrong with it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        said = line.decode(errors="replace").strip()
        raise ValueError(f"not JSON: {said[:_SHOWN]}{' …' if len(said) > _SHOWN else ''}") from None
    if not isinstance(record, dict):
        raise ValueError('not a JSON object; a vote is {"question_id": ..., "criterion": ..., "vote": 1, ...}')
    if stray := next((key for key in record if key not in _KEYS), None):
        raise ValueError(f"unknown key '{stray}'{nearest(stray, _KEYS)}\n  keys: {', '.join(_KEYS)}")
    if missing := [key for key in _KEYS if key not in record and key not in _OPTIONAL]:
        needed = [key for key in _KEYS if key not in _OPTIONAL]
        raise ValueError(f"no {', '.join(missing)}; a line has {', '.join(needed)} and may have a note")
    for key in ("question_id", "criterion", "by", *_OPTIONAL):
        value = record.get(key, "")
        if not isinstance(value, str) or (key not in _OPTIONAL and not value.strip()):
            raise ValueError(
                f"{key} is {_json(value)}; it must be a text{'' if key in _OPTIONAL else ' that is not empty'}"
            )
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError(f"{key} is {_json(value)}, half of a character")
    for key in ("sample", "attempt"):
        if type(record[key]) is not int or record[key] < 0:
            raise ValueError(f"{key} is {_json(record[key])}; it must be a whole number, from 0")
    if record["vote"] is not None and (type(record["vote"]) is not int or record["vote"] not in (0, 1)):
        raise ValueError(f"vote is {_json(record['vote'])}; it must be 1 (met), 0 (not met) or null (cannot tell)")
    return PersonVote(**record)


def _json(value: Any) -> str:
    """A value as the file writes it, cut."""
    said = json.dumps(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]} …"
