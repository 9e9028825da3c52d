"""What `curate audit` prints: a corpus file by file, then each defect with what it means."""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping

from curate.audit import Part
from curate.recipe import Recipe
from curate.records import COMMON_DEFECTS, SourceInfo
from curate.terminal.console import console, shown
from curate.terminal.layout import grid, is_wide, numbered

_COLUMNS = ("records", "unreadable", "questions", "copies", "near", "conflicting", "elsewhere")
_SHORT = ("records", "unread", "quest.", "copies", "near", "confl.", "elsew.")
_FAULTS = 5  # reasons of unreadable records that are shown
_MEANING = {
    "copies": "an earlier question has the same words, options and context",
    "near copies": "an earlier question has nearly the same, and the same numbers",
    "conflicting copies": "questions whose copies have other golds",
    "copies in another file": "copies whose first stands in another file: a leak, if that is another split",
}


def print_audit(recipe: Recipe, parts: Mapping[str, Part], as_json: bool) -> None:
    """The parts of a source, as tables or as JSON."""
    if as_json:
        print(json.dumps({name: _plain(part) for name, part in parts.items()}, ensure_ascii=False, indent=2))
        return
    info: SourceInfo = recipe.sources[0].implementation.INFO
    console().print(shown(f"{info.title}, {info.licence}", "bold"))
    _print_files(parts)
    _print_defects(parts, {**info.defects, **COMMON_DEFECTS})
    constant = [
        f"{name}: {part.golds.total():,} of {part.questions:,} have one, all {part.constant}"
        for name, part in parts.items()
        if part.constant
    ]
    if constant:
        console().print(shown("\nfiles whose gold never changes", "bold"))
        console().print(shown("\n".join(f"  {line}" for line in constant)))
    faults = sum((part.faults for part in parts.values()), Counter[str]())
    if faults:
        console().print(shown("\nwhy records could not be read", "bold"))
        for fault, count in faults.most_common(_FAULTS):
            console().print(shown(f"  {count:,} × {fault}"))


def _plain(part: Part) -> dict[str, object]:
    """A part as JSON holds it."""
    said = {
        one.name: getattr(part, one.name) for one in dataclasses.fields(part) if one.name not in ("golds", "characters")
    }
    return {**said, "constant_gold": part.constant, "median_characters": part.median}


def _print_files(parts: Mapping[str, Part]) -> None:
    rows = [(name, [*(getattr(part, column) for column in _COLUMNS), part.median]) for name, part in parts.items()]
    if len(parts) > 1:
        sums = (sum(getattr(part, column) for part in parts.values()) for column in _COLUMNS)
        rows.append(("all", [*sums, None]))
    told = [(name, ["" if number is None else f"{number:,}" for number in numbers]) for name, numbers in rows]
    console().print(numbered("file", [*(_COLUMNS if is_wide() else _SHORT), "length"], told))
    console().print("copies and near copies of earlier questions, conflicting golds, copies of what", style="dim")
    console().print("stands elsewhere, in another file; length: the median question's characters", style="dim")


def _print_defects(parts: Mapping[str, Part], meanings: Mapping[str, str]) -> None:
    """Each defect with its count, its share of the questions, and what it means."""
    flags = sum((part.flags for part in parts.values()), Counter[str]())
    questions = sum(part.questions for part in parts.values())
    counts = dict(
        zip(_MEANING, (sum(getattr(part, name) for part in parts.values()) for name in _COLUMNS[3:]), strict=True)
    )
    table = grid("defect", "questions", "share", "what it means", numbers=("questions", "share"))
    table.columns[0].no_wrap = True
    found = {name: count for name, count in (*sorted(counts.items()), *sorted(flags.items())) if count}
    for name, count in found.items():
        meaning = {**meanings, **_MEANING}.get(name, "")
        table.add_row(shown(name), f"{count:,}", f"{count / questions:.1%}", shown(meaning, "dim"))
    console().print()
    console().print(table if found else "no defects were found")
    kinds = sum((part.kinds for part in parts.values()), Counter[str]())
    private = sum((part.private for part in parts.values()), Counter[str]())
    said = ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common())
    console().print(shown(f"\nkinds of answer: {said}"))
    if private:
        console().print(shown("private data: " + ", ".join(f"{kind} {n:,}" for kind, n in private.most_common())))
