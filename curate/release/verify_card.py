"""The cards of a release held against its files: the YAML, the facts in funnel.json, and the text that they give.

    [*funnel_faults(folder, lock, sound=True)]
    ->  ["funnel.json: parts: Part(config='sft', rows=41, ...), expected Part(config='sft', rows=40, ...) by the data"]

sound: whether all Parquet files have this version's columns, so that their rows can be counted again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from cards.dataset import dataset_card
from cards.facts import DatasetFacts
from cards.notes import notes_of
from cards.words import Language
from curate.configs import CONFIGS, SPLITS
from curate.release.counted import counted
from curate.release.facts import read_facts
from curate.release.infos import infos
from curate.release.licence import known
from curate.release.lock import CARDS, FUNNEL, LOCK
from curate.release.versions import versions

_LONG = 160  # characters of a value that is told


def yaml_faults(folder: Path, *, sound: bool) -> Iterator[str]:
    """README.md's YAML names exactly the configs, splits and files that are there, with their rows and features."""
    card = folder / CARDS[0]
    if not card.is_file():
        return
    try:
        said = _read(_parts(card.read_text(encoding="utf-8"))[0]) or {}
        splits = [
            (one["config_name"], part["split"], part["path"]) for one in said["configs"] for part in one["data_files"]
        ]
        stated = said["dataset_info"]
    except (ValueError, KeyError, TypeError) as error:
        yield f"{card.name}: its YAML cannot be read, or lacks what `datasets` needs: {_cut(repr(error))}"
        return
    yield from _config_faults(folder, splits)
    if sound:
        yield from _info_faults(card.name, stated, folder)


def _config_faults(folder: Path, splits: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """splits: config, split and pattern of files, as the YAML names them."""
    for config, split, pattern in splits:
        expected = f"data/{config}/{split}-*.parquet"
        if pattern != expected:
            yield f"README.md: the YAML gives {pattern} for {config}/{split}, expected {expected}"
        elif not any(folder.glob(pattern)):
            yield f"README.md: the YAML names {config}/{split}, which has no file"
    named = {(config, split) for config, split, _ in splits}
    for config in CONFIGS:
        for split in SPLITS:
            if any(folder.glob(f"data/{config}/{split}-*.parquet")) and (config, split) not in named:
                yield f"README.md: the YAML does not name {config}/{split}, which has files"


def _info_faults(name: str, stated: Any, folder: Path) -> Iterator[str]:
    """`dataset_info` says what the files are; compared as `datasets` reads it, whichever version wrote it."""
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    both = (stated, infos(folder))
    found, expected = (DatasetInfosDict.from_dataset_card_data(DatasetCardData(dataset_info=one)) for one in both)
    for config in dict.fromkeys([*expected, *found]):
        if config not in expected or config not in found:
            what = "names a config without rows" if config not in expected else "does not name a config with rows"
            yield f"{name}: dataset_info {what}: {config}"
            continue
        for key in ("features", "splits", "download_size", "dataset_size"):
            one, other = getattr(found[config], key), getattr(expected[config], key)
            if one != other:
                told = _first_difference(*(list(of.items()) if isinstance(of, dict) else of for of in (one, other)))
                yield f"{name}: dataset_info of {config}: {key}: {told} by the files"


def funnel_faults(folder: Path, lock: Mapping[str, Any], *, sound: bool) -> Iterator[str]:
    """funnel.json holds the facts, and each that the data tell by themselves is what they tell."""
    facts = _facts(folder)
    if isinstance(facts, str):
        yield facts
        return
    said = {name: lock[name] for name in ("name", "version")}
    said["versions"] = versions(lock["versions"], lock["built_by"])
    if (licence := known(str(lock["licence"]))) is not None:
        said["licence"] = licence.hub
    for name, value in said.items():
        if (found := getattr(facts, name)) != value:
            yield f"{FUNNEL}: {name} {found}, but {LOCK} states {value}"
    yield from _sum_faults(facts, lock)
    if sound:
        yield from _count_faults(facts, counted(folder))
        yield from _info_faults(FUNNEL, list(facts.infos), folder)


def _facts(folder: Path) -> DatasetFacts | str:
    """The facts of a release, or why there are none."""
    try:
        return read_facts(folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        return f"{FUNNEL}: cannot be read as the facts of a card: {_cut(repr(error))}"


def _sum_faults(facts: DatasetFacts, lock: Mapping[str, Any]) -> Iterator[str]:
    """Of each source every record is a row, and the lock states as many of them."""
    for one in facts.sources:
        rows = one.sft + one.rl + one.rejects
        if one.questions + one.unreadable != rows:
            yield (
                f"{FUNNEL}: {one.name} has {one.questions} questions and {one.unreadable} unreadable records, "
                f"but {rows} rows in sft, rl and rejects"
            )
    keys = ("licence", "records", "questions")
    stated = {one["source"]: tuple(one.get(key) for key in keys) for one in lock.get("sources", [])}
    found = {one.name: (one.licence, one.records, one.questions) for one in facts.sources}
    for name in sorted(stated.keys() | found.keys()):
        if stated.get(name) != found.get(name):
            yield f"{FUNNEL}: {name}: {', '.join(keys)} {found.get(name)}, but {LOCK} states {stated.get(name)}"


def _count_faults(facts: DatasetFacts, found: Mapping[str, Any]) -> Iterator[str]:
    for name in (field.name for field in fields(DatasetFacts) if field.name in found):
        if (value := getattr(facts, name)) != found[name]:
            yield f"{FUNNEL}: {name}: {_first_difference(value, found[name])} by the data"
    if (private := {one.kind: one.rows for one in facts.private}) != found["private_rows"]:
        yield f"{FUNNEL}: private: {private}, expected {found['private_rows']} by the data"
    flagged = {(one.source, one.flag): one.questions for one in facts.flags}
    counted_flags = {(source, flag): n for source, flags in found["flagged"].items() for flag, n in flags.items()}
    if flagged != counted_flags:
        differing = sorted(flagged.items() ^ counted_flags.items())
        yield f"{FUNNEL}: flags: {_cut(differing)} differ by the data"
    for one in facts.sources:
        rows = {config: getattr(one, config) for config in ("sft", "rl", "rejects")}
        expected = {config: found["published"].get(one.name, {}).get(config, 0) for config in rows}
        if rows != expected:
            yield f"{FUNNEL}: {one.name}: rows {rows}, expected {expected} by the data"


def card_faults(folder: Path) -> Iterator[str]:
    """Both cards are what their facts give, but for the notes; where this version writes the same words."""
    facts = _facts(folder)
    if isinstance(facts, str):
        return
    languages: tuple[Language, ...] = ("en", "zh")
    for name, language in zip(CARDS, languages, strict=True):
        if (path := folder / name).is_file():
            card = path.read_text(encoding="utf-8")
            yield from _text_faults(name, card, dataset_card(facts, language, notes_of(card)))


def _text_faults(name: str, card: str, expected: str) -> Iterator[str]:
    """The keys of a card's YAML that have other values, in whatever order, and the first line that is another one. YAML
    that cannot be read is told by yaml_faults."""
    (head, text), (wanted_head, wanted_text) = _parts(card), _parts(expected)
    found, facts = _read(head) or {}, _read(wanted_head) or {}
    for key in dict.fromkeys([*facts, *found]) if found else ():
        if found.get(key) != facts.get(key):
            yield f"{name}: {key} in its YAML: {_first_difference(found.get(key), facts.get(key))} by {FUNNEL}"
    above = card.removesuffix(text).count("\n")
    for number, (line, wanted) in enumerate(zip_longest(text.split("\n"), wanted_text.split("\n")), above + 1):
        if line != wanted:
            yield f"{name}:{number}: {_first_difference(line, wanted)} by {FUNNEL}"
            return


def _parts(card: str) -> tuple[str, str]:
    """A card's YAML, "" where it has none, and what stands below it."""
    from huggingface_hub.repocard import REGEX_YAML_BLOCK

    block = REGEX_YAML_BLOCK.search(card)
    return (block[2], card[block.end() :]) if block else ("", card)


def _read(head: str) -> dict[str, Any] | None:
    """What a card's YAML says; None where it cannot be read."""
    try:
        said = yaml.safe_load(head)
    except yaml.YAMLError:
        return None
    return said if isinstance(said, dict) else None


def _first_difference(found: Any, expected: Any) -> str:
    """ "2, expected 3", of sequences the first entries that differ."""
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        wrong = next((one for one in found if one not in expected), None)
        right = next((one for one in expected if one not in found), None)
        if wrong is not None or right is not None:
            return f"{_cut(wrong)}, expected {_cut(right)}"
    return f"{_cut(found)}, expected {_cut(expected)}"


def _cut(value: object) -> str:
    text = " ".join(str(value).split())
    return "nothing" if value is None else text if len(text) <= _LONG else f"{text[:_LONG]} ..."
