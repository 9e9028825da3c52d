"""A whole and valid little release from a list of rows, as `curate release` writes it, for tests of compare and verify.

folder = release(tmp_path / "v1.0.0", [row("sft", "demo:1"), row("rl", "demo:2", split="validation")])
"""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from cards.dataset import dataset_card
from cards.facts import Criterion, DatasetFacts, Source
from cards.record import as_record
from curate.configs import COLUMNS
from curate.release.counted import counted
from curate.release.infos import infos
from curate.release.lock import CARDS, LOCK
from curate.rows import cells, completion
from curate.tables import Writer
from judges.reasoning.criteria import FIN_R1

Row = dict[str, Any]
LICENCE = "Apache-2.0"
VERSIONS = {"fincurate": importlib.metadata.version("fincurate")}


def row(config: str, id: str, split: str = "train", **cells: Any) -> Row:
    """One row of sft, rl or rejects; what is not given is made up from its id."""
    source, _, source_id = id.partition(":")
    question, reasoning, answer = f"What is {id}?", f"The steps of {id}.", f"It is 42 in {id}."
    made_up = {
        "source": source,
        "source_id": source_id,
        "group": id,
        "licence": LICENCE,
        "language": "en",
        "module": "reasoning_business",
        "task": "Answer.",
        "flags": [],
        "prompt": [{"role": "user", "content": f"Answer.\n\n{cells.get('question', question)}"}],
        "answer_kind": "number",
        "question": question,
        "options": [],
        "gold": "42",
        "gold_alternatives": [],
    }
    if config != "rl":
        told = (cells.get("reasoning", reasoning), cells.get("answer", answer))
        said = [{"role": "assistant", "content": completion(*told)}]
        made_up |= {"completion": said, "reasoning": reasoning, "answer": answer, "final": "42", "teacher": "program"}
        made_up |= {"origin": "program", "sample": 0, "attempts": 1, "measures": {"steps": 3.0}}
    why = {
        "sft": {"check_reason": "equal", "check_method": "rule", "judge_reason": "all_criteria"},
        "rl": {"reason": "number_differs", "detail": "41, not 42"},
        "rejects": {"label": "undecided", "reason": "near_miss", "detail": "41.99"},
    }
    return {"config": config, "split": split, "id": id, **made_up, **why[config], **cells}


def scores(rows: Iterable[Row], failed: str = "") -> list[Row]:
    """Votes of the judge `rules` on the traces of sft: met, but for one criterion."""
    return [
        {
            **{name: one[name] for name in ("id", "sample", "source", "language", "config", "split")},
            **{"attempt": 0, "published": True, "judge": "rules", "sits": True, "criterion": criterion},
            **{"vote": int(criterion != failed), "rationale": "as measured", "good": not failed},
            **{"model": "rules", "criteria": FIN_R1.known_as},
        }
        for one in rows
        if one["config"] == "sft"
        for criterion in FIN_R1.names
    ]


def release(folder: Path, rows: Iterable[Row], version: str = "1.0.0", votes: Iterable[Row] | None = None) -> Path:
    """Writes the release of these rows; votes: rows of scores, by default all criteria met."""
    rows = list(rows)
    votes = scores(rows) if votes is None else list(votes)
    write_data(folder, rows)
    if votes:
        write_rows(folder, "scores", "train", votes)
    facts = facts_of(folder, rows, version)
    (folder / "funnel.json").write_text(json.dumps(as_record(facts), indent=2, sort_keys=True), encoding="utf-8")
    (folder / "funnel.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>\n", encoding="utf-8")
    (folder / CARDS[0]).write_text(dataset_card(facts, "en", "Written by hand."), encoding="utf-8")
    (folder / CARDS[1]).write_text(dataset_card(facts, "zh"), encoding="utf-8")
    lock = {"format": 1, "name": "demo", "version": version, "licence": "apache-2.0", "recipe": {}}
    lock |= {"recipe_digest": "0" * 16, "sources": [_of_lock(one) for one in facts.sources], "benchmarks": []}
    lock |= {"prompts": {}, "criteria": FIN_R1.known_as, "models": {}, "versions": VERSIONS, "files": {}}
    lock |= {"built_by": VERSIONS["fincurate"]}
    write_lock(folder, lock)
    relock(folder)
    return folder


def write_data(folder: Path, rows: Iterable[Row]) -> None:
    """sft, rl and rejects, in the order in which the rows come."""
    places: dict[tuple[str, str], list[Row]] = {}
    for one in rows:
        places.setdefault((one["config"], one["split"]), []).append(one)
    for (config, split), found in places.items():
        write_rows(folder, config, split, found)


def write_rows(folder: Path, config: str, split: str, rows: Iterable[Row]) -> Path:
    """One file of a config."""
    path = folder / "data" / config / f"{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Writer(COLUMNS[config], path) as file:
        file.add(*(cells(config, one) for one in rows))
    return path


def read_lock(folder: Path) -> dict[str, Any]:
    """The lock as it stands."""
    found: dict[str, Any] = yaml.safe_load((folder / LOCK).read_text(encoding="utf-8"))
    return found


def write_lock(folder: Path, lock: dict[str, Any]) -> None:
    """Writes it."""
    (folder / LOCK).write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")


def relock(folder: Path) -> None:
    """The lock with the files as they are now: what somebody does who changes data and covers it."""
    import pyarrow.parquet as pq

    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if (name := path.relative_to(folder).as_posix()) not in (LOCK, *CARDS):
            rows = {"rows": pq.read_metadata(path).num_rows} if path.suffix == ".parquet" else {}
            found[name] = {
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
                **rows,
            }
    write_lock(folder, read_lock(folder) | {"files": found})


def facts_of(folder: Path, rows: list[Row], version: str) -> DatasetFacts:
    """The facts of a release whose data are written."""
    found = counted(folder)
    known = {field.name for field in fields(DatasetFacts)}
    nothing: dict[str, Any] = dict.fromkeys(("title", "about", "about_zh", "repo", "duplicates", "since"), "")
    nothing |= dict.fromkeys(("flags", "benchmarks", "spent", "changes", "private"), ())
    return DatasetFacts(
        name="demo",
        version=version,
        licence="apache-2.0",
        screened=False,
        private_screen="",
        masked=0,
        keep="all",
        criteria_set=FIN_R1.known_as,
        seed=17,
        validation=0.02,
        draw="",
        usd=0.0,
        limit=None,
        stopped="",
        sources=tuple(_source(name, rows) for name in dict.fromkeys(one["source"] for one in rows)),
        criteria=tuple(Criterion(one.name, one.en.title, one.zh.title) for one in FIN_R1.criteria),
        calibration=None,
        band=None,
        infos=tuple(infos(folder)),
        versions=VERSIONS,
        **{name: value for name, value in found.items() if name in known},
        **nothing,
    )


def _source(name: str, rows: list[Row]) -> Source:
    """Its rows, none of them unreadable, as if each had a trace."""
    here = {config: sum(one["source"] == name and one["config"] == config for one in rows) for config in COLUMNS}
    texts = {"title": name, "licence": LICENCE, "home": "", "citation": "", "language": "en", "module": ""}
    texts |= {"use": "table", "terms": "attribution", "accepted": "", "revision": "", "converted": ""}
    counts = dict.fromkeys(("unreadable", "dropped", "untraced", "pending", "failed"), 0)
    counts |= {"reasoning_bad": 0, "reasoning_undecided": 0, "reasoning_good": here["sft"], "answer_right": here["sft"]}
    counts |= {"answer_wrong": here["rl"], "answer_undecided": here["rejects"]}
    counts |= {config: here[config] for config in ("sft", "rl", "rejects")}
    total = sum(here.values())
    return Source(name=name, records=total, questions=total, **texts, **counts)


def _of_lock(source: Source) -> dict[str, Any]:
    stated = {name: getattr(source, name) for name in ("use", "licence", "home", "records", "questions")}
    return {"source": source.name, **stated, "files": []}
