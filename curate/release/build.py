"""One version of a run's dataset, built in runs/NAME/release/vX.Y.Z: data, lock, funnel, cards.

    folder = build(Run("quickstart"), wanted(run))

Built aside, loaded back with `datasets`, scanned for private data and secrets, and only then moved into place whole.
The same run gives the same bytes: nothing in a release holds a time.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import filelock

from cards.dataset import dataset_card
from cards.facts import DatasetFacts
from cards.notes import notes_of
from cards.picture import funnel_picture
from cards.record import as_record
from cards.words import Language
from curate.errors import UserError
from curate.release.compare import changes
from curate.release.counted import counted
from curate.release.data import write_data
from curate.release.facts import facts_of
from curate.release.licence import conflicts, refuse
from curate.release.load_back import load_back
from curate.release.lock import CARDS, FUNNEL, LOCK, read_lock, write_lock
from curate.release.scan import Findings, Found, scan, scan_texts
from curate.release.secrets import of_environment
from curate.release.sides import Side, side
from curate.release.versions import ordered
from curate.release.wanted import Wanted
from curate.runs import Run

RELEASES = "release"
_BUILDING = ".building"
_OLD = ".old-"
_SHOWN = 5

Told = Callable[[str], None]


def build(
    run: Run, wanted: Wanted, *, since: str | None = None, private: str = "", told: Told = lambda line: None
) -> Path:
    """Builds the release of a run and returns its folder; one of the same version is replaced, with the notes that
    people wrote in its cards kept.

    since: the version to tell the changes from: a folder or org/name@v1.0.0; by default the last lower version beside
    this one. private: why private data that is found may be published. Raises UserError where a source's licence stops
    it, where it holds secrets, or private data without a reason, where a mix cannot be, and where `datasets` cannot
    load it.
    """
    releases = run.path / RELEASES
    _refuse_pattern(releases)
    folder, building = releases / f"v{wanted.version}", releases / _BUILDING
    _check_licences(run, wanted)
    try:
        releases.mkdir(exist_ok=True)
        with filelock.FileLock(releases / ".lock", timeout=0):
            shutil.rmtree(building, ignore_errors=True)
            _put_back(releases)
            building.mkdir()
            try:
                _write(run, wanted, building, folder, since, private, told)
                _install(building, folder)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    except filelock.Timeout:
        raise UserError(f"'{releases}' is in use by another `curate release`; wait for it") from None
    except OSError as error:
        raise UserError(f"'{error.filename or releases}' cannot be written: {error.strerror}") from None
    return folder


def _write(run: Run, wanted: Wanted, building: Path, folder: Path, since: str | None, private: str, told: Told) -> None:
    told("writing rows")
    write_data(run, wanted, building)
    if not any((building / "data" / config).exists() for config in ("sft", "rl")):
        raise UserError(
            "there is nothing to release: no row is left for sft or rl\n"
            f'  why: curate sql {run.path} "select source, label, reason, count(*) from outcomes group by all"'
        )
    told("scanning for private data and secrets")
    keys = of_environment(_key_names(run))
    findings = scan(building, keys)
    _refuse_secrets(findings.secrets)
    _refuse_private(findings, private)
    told("counting")
    found = counted(building, findings)
    if found["leaks"]:
        raise UserError(f"{found['leaks']} groups stand in train and in validation; this is a fault of fincurate")
    facts = facts_of(run, wanted, building, found, private)
    if earlier := side(since) if since else _earlier(folder):
        told(f"comparing with {earlier.name}")
        facts = replace(facts, since=read_lock(earlier.folder)["version"], changes=changes(earlier, _side(building)))
    _write_texts(run, wanted, building, folder, facts)
    _refuse_secrets(scan_texts(building, keys))
    told("loading it back")
    load_back(building)


def _write_texts(run: Run, wanted: Wanted, building: Path, folder: Path, facts: DatasetFacts) -> None:
    """All but the data: the facts, their picture, both cards with the notes of an earlier build, and the lock."""
    record = json.dumps(as_record(facts), ensure_ascii=False, indent=2, sort_keys=True)
    (building / FUNNEL).write_text(record + "\n", encoding="utf-8")
    (building / "funnel.svg").write_text(funnel_picture(facts), encoding="utf-8")
    for name, language in zip(CARDS, get_args(Language), strict=True):
        (building / name).write_text(dataset_card(facts, language, _notes(folder, name)), encoding="utf-8")
    write_lock(run, wanted, building)


def _notes(folder: Path, card: str) -> str:
    """What people wrote in a card of an earlier build of the version, else of the version before."""
    earlier = _earlier(folder)
    for before in (folder, *([earlier.folder] if earlier else [])):
        if (before / card).exists():
            return notes_of((before / card).read_text(encoding="utf-8", errors="replace"))
    return ""


def _refuse_pattern(folder: Path) -> None:
    """DuckDB and `datasets` read such characters of a path as a pattern."""
    if found := sorted(set("*?[]") & set(str(folder.resolve()))):
        raise UserError(f"'{folder}': no release can be built in a folder with '{found[0]}' in its path; move the run")


def _check_licences(run: Run, wanted: Wanted) -> None:
    """The licence ledger: rows whose text is published, by source and licence, against the release's licence."""
    held = run.sql("""
        select q.source, q.licence, count(*) from outcomes o join questions q on q.id = o.question_id
        where o.label <> 'dropped' group by all order by min(o.rowid)""").rows()
    publish = wanted.publish
    accepted = publish.accept_licence
    refuse(conflicts(publish.licence, held, accepted), publish.licence or "", held, accepted)


def _earlier(folder: Path) -> Side | None:
    """The highest version below this one that was built here."""
    built = {ordered(path.parent.name): path.parent for path in folder.parent.glob(f"v*/{LOCK}")}
    mine = ordered(folder.name) or ()
    lower = [version for version in built if version is not None and version < mine]
    return _side(built[max(lower)]) if lower else None


def _side(folder: Path) -> Side:
    return Side(str(folder), "release", folder)


def _key_names(run: Run) -> list[str]:
    models: Mapping[str, Any] = run.record["recipe"].get("models", {})
    return [model["api_key_env"] for model in models.values() if model.get("api_key_env")]


def _refuse_secrets(found: Sequence[Found]) -> None:
    if found:
        raise UserError(
            f"what looks like a secret stands in the release; the first places:\n{_places(found)}\n"
            "  take it out of the source's records, and revoke it if it is one"
        )


def _refuse_private(findings: Findings, why: str) -> None:
    if findings.private and not why:
        kinds = ", ".join(f"{kind} in {rows:,} rows" for kind, rows in findings.private.items())
        raise UserError(
            f"what looks like private data stands in the release: {kinds}; the first places:\n"
            f"{_places(findings.examples)}\n"
            "  `screen: {private: redact}` masks it in questions, and `drop` drops them; where it may be published,\n"
            '  say why: --accept-private "..." is written into the card'
        )


def _places(found: Sequence[Found]) -> str:
    return "\n".join(
        f"  {one.kind}: {one.file}{f', row {one.row}, {one.column}' if one.row else ''}" for one in found[:_SHOWN]
    )


def _put_back(releases: Path) -> None:
    """Brings back the builds that a kill left aside."""
    for old in releases.glob(f"{_OLD}v*"):
        folder = old.with_name(old.name.removeprefix(_OLD))
        if folder.exists():
            shutil.rmtree(old)
        else:
            os.replace(old, folder)


def _install(building: Path, folder: Path) -> None:
    """The new release in place of an earlier build of the same version."""
    old = folder.with_name(f"{_OLD}{folder.name}")
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
    os.replace(building, folder)
    shutil.rmtree(old, ignore_errors=True)
