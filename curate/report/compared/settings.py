"""How two sides of a comparison were made: the settings that differ, and what was asked of models for each.

settings(side("a"), side("b"))  ->  (Setting("judge.keep.at_least", a="", b="6"), ...)

Only what a release may publish is told, of runs too: no addresses, folders and environments of a machine.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cards.facts import Spent
from cards.record import of_record
from curate.errors import UserError
from curate.identity import published
from curate.release.lock import FUNNEL, published_recipe, read_lock
from curate.release.sides import Side
from curate.release.spent import spent
from curate.runs import Run

_DIGEST = 12  # digits of a hash that tell one from another


@dataclass(frozen=True, slots=True)
class Setting:
    """A key that the sides state differently, with both values as text: "" where a side does not state it."""

    key: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What a model was asked for one purpose on each side; None for a side that did not ask it."""

    purpose: str
    model: str
    a: Spent | None
    b: Spent | None


def settings(a: Side, b: Side) -> tuple[Setting, ...]:
    """Keys of recipes, options, models, prompts, versions and the hashes of sources' files that differ. A source is
    told by its name: `sources.finqa.limit`. Raises UserError for a record that cannot be read."""
    of_a, of_b = dict(_stated(a)), dict(_stated(b))
    keys = dict.fromkeys(chain(of_a, of_b))
    found = (Setting(key, of_a.get(key, ""), of_b.get(key, "")) for key in keys)
    return tuple(one for one in found if one.a != one.b)


def paid(a: Side, b: Side) -> tuple[Paid, ...]:
    """Models by purpose, each side's beside the other's. Raises UserError for a release that cannot be read."""
    of_a, of_b = _spent(a), _spent(b)
    return tuple(Paid(key[0], key[2], of_a.get(key), of_b.get(key)) for key in dict.fromkeys(chain(of_a, of_b)))


def _spent(found: Side) -> Mapping[tuple[str, str, str], Spent]:
    lines = spent(Run(found.folder)) if found.kind == "run" else _of_release(found)
    return {(one.purpose, one.name, one.model): one for one in lines}


def _of_release(found: Side) -> tuple[Spent, ...]:
    path = found.folder / FUNNEL
    try:
        return tuple(of_record(Spent, one) for one in json.loads(path.read_text(encoding="utf-8"))["spent"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: costs cannot be read: {error!r}\n  `curate verify` tells more") from None


def _stated(found: Side) -> Iterator[tuple[str, str]]:
    """Keys and values of how a side was made, in the order of telling; what a record lacks is not stated."""
    record = Run(found.folder).record if found.kind == "run" else read_lock(found.folder)
    yield from _flat("", published_recipe(record["recipe"]) if found.kind == "run" else record["recipe"])
    for source in record.get("sources", ()):
        yield from _files(f"files.{source['source']}", source["files"])
    for name, model in record.get("models", {}).items():
        yield f"identities.{name}", model["model"] if isinstance(model, dict) else published(model)
    yield from _flat("options.", record.get("options", {}))
    for name, digest in record.get("prompts", {}).items():
        yield f"prompts.{name}", digest[:_DIGEST]
    yield from _flat("versions.", record.get("versions", {}))


def _files(key: str, files: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(files):
        yield f"{key}.{number}", f"{one['name']} {one['sha256'][:_DIGEST]}"


def _flat(prefix: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys joined by dots -> values; what is null is not stated."""
    for name, one in value.items():
        if isinstance(one, list) and one and all(isinstance(part, dict) for part in one):
            one = dict(zip(_names(one), one, strict=True))
        if isinstance(one, dict):
            yield from _flat(f"{prefix}{name}.", one)
        elif one is not None:
            yield f"{prefix}{name}", one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)


def _names(parts: list[dict[str, Any]]) -> list[str]:
    """What the parts of a list are called: sources by their names, others by their places."""
    names = [str(part.get("name") or part.get("use", "")) for part in parts]
    return names if all(names) and len(set(names)) == len(names) else list(map(str, range(len(parts))))
