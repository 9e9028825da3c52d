"""The licence ledger: whether what the sources allow and demand lets their rows stand in a release.

conflicts("mit", [("cflue", "CC-BY-NC-SA-4.0", 12)], {})  ->  [Conflict("cflue", ..., 12, "it forbids ...")]
terms("cc-by-nc-sa-4.0")                                  ->  "attribution, non-commercial, share-alike"

licences.csv holds the table: `hub` is the identifier in a card, `where` the sections of the licence's own text that say
so; attribution: whoever shares goes on naming the authors, or keeps their notice. CDLA-Permissive-2.0 demands only that
its text is at hand, which its stewards call compatible with CC0 (cdla.dev, compatibility). None of it is legal advice.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from curate.errors import UserError, nearest

Held = tuple[str, str, int]  # a source's name, its licence as it states it, and how many of its rows the release holds

# field of a Licence, the value that binds whoever shares, and what it is called in a card
_TERMS = (
    ("redistribute", False, "no redistribution"),
    ("attribution", True, "attribution"),
    ("commercial", False, "non-commercial"),
    ("share_alike", True, "share-alike"),
    ("derivatives", False, "no derivatives"),
)


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence allows (redistribute, commercial, derivatives) and demands (attribution, share_alike).
    None: unknown."""

    name: str
    hub: str
    redistribute: bool | None
    commercial: bool | None
    derivatives: bool | None
    attribution: bool | None
    share_alike: bool | None
    where: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A source whose licence does not let its rows stand in a release; why in words."""

    source: str
    licence: str
    rows: int
    why: str


@cache
def table() -> tuple[Licence, ...]:
    """The licences, the most permissive first."""
    states = {"yes": True, "no": False, "unknown": None}
    with (Path(__file__).parent / "licences.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    return tuple(Licence(**{**row, **{field: states[row[field]] for field, _, _ in _TERMS}}) for row in rows)


@cache
def _by_name() -> Mapping[str, Licence]:
    return {one.hub: one for one in table()} | {_plain(one.name): one for one in table()}


def known(name: str) -> Licence | None:
    """The licence of a name: SPDX's or the Hub's, in any case, with spaces or hyphens. None for one that the table has
    not."""
    return _by_name().get(_plain(name))


def _plain(name: str) -> str:
    plain = re.sub(r"-licen[cs]e\b", "", re.sub(r"[\s_]+", "-", name.strip().casefold()))
    return re.sub(r"(gpl-[\d.]+)-(only|or-later)$", r"\1", plain)


def terms(licence: str) -> str:
    """What a licence demands of whoever shares, in words for a card; "" where that is not known."""
    one = known(licence)
    if one is None or one.redistribute is None:
        return ""
    return ", ".join(words for field, binds, words in _TERMS if getattr(one, field) is binds) or "no conditions"


def conflicts(release_licence: str | None, sources: Iterable[Held], accepted: Mapping[str, str]) -> list[Conflict]:
    """The sources whose rows may not stand in a release under this licence, but for those that are accepted.

    accepted: source -> why. Raises UserError for no licence, and for one that the table has not.
    """
    held = [one for one in sources if one[2] and one[0] not in accepted]
    release = _release(release_licence, held)
    found = [Conflict(*one, "; ".join(_whys(one[1], release))) for one in held]
    return [one for one in found if one.why]


def refuse(
    found: Sequence[Conflict], release_licence: str, sources: Iterable[Held], accepted: Collection[str] = ()
) -> None:
    """Stops a release with conflicts: a UserError that names each source, its rows, why, and what can be done, among
    it the licences that would fit all sources but those that are accepted."""
    if found:
        advice = _advice([one for one in sources if one[2] and one[0] not in accepted])
        raise UserError(
            f"publish.licence: {release_licence} does not fit all that this release holds{''.join(map(_told, found))}\n"
            f"{advice}\nOr leave the source out of the recipe; or, where you may publish it on other grounds,"
            f' --accept-licence {found[0].source} --why "...", which is written into the card.'
        )


def _told(one: Conflict) -> str:
    licence = known(one.licence)
    sections = f"\n    (its text: {licence.where})" if licence and licence.redistribute else ""
    return f"{_held(one.source, one.licence, one.rows)}: {one.why}{sections}"


def _held(source: str, licence: str, rows: int) -> str:
    return f"\n  {source}: {rows:,} {'row' if rows == 1 else 'rows'} under {licence}"


def _whys(stated: str, release: Licence) -> Iterator[str]:
    """What stands against rows under the licence that is stated, in a release under another; nothing if they may."""
    source = known(stated)
    if source is None:
        yield f"what it allows is not known{nearest(stated, [one.name for one in table()])}"
    elif source.redistribute is None:
        yield "what it allows is not known"
    elif not source.redistribute:
        yield "it does not allow redistribution"
    else:
        yield from _clashes(source, release)


def _clashes(source: Licence, release: Licence) -> Iterator[str]:
    if not source.derivatives:
        yield "it forbids to share what is made of it, as these rows are"
    if not source.commercial and release.commercial:
        yield f"it forbids commercial use, which {release.hub} allows"
    if source.share_alike and not _continues(source, release):
        yield f"what is made of it must be under the same licence, which {release.hub} is not"
    if source.attribution and not release.attribution:
        yield f"it demands attribution, which {release.hub} does not"


def _continues(source: Licence, release: Licence) -> bool:
    """Whether a release's licence is that of the source, or a later version of it."""
    family, _, version = source.name.rpartition("-")
    other, _, later = release.name.rpartition("-")
    return family == other and float(later) >= float(version)


def _release(name: str | None, held: Sequence[Held]) -> Licence:
    """The licence that a release may be under: one that says what others may do."""
    if not name:
        lines = "".join(_held(*one) for one in held)
        raise UserError(f"publish.licence: a release needs one, and the recipe names none{lines}\n{_advice(held)}")
    licence = known(name)
    if licence is None or not licence.redistribute:
        names = [one.hub for one in _open()]
        raise UserError(
            f"publish.licence: '{name}' is none that sources can be held against{nearest(name.casefold(), names)}\n"
            f"  known: {', '.join(names)}"
        )
    return licence


def _open() -> list[Licence]:
    return [one for one in table() if one.redistribute]


def fitting(sources: Iterable[Held]) -> list[str]:
    """The licences, by their names on the Hub, under which a release may hold all these rows; the most permissive
    first."""
    held = list(sources)
    return [one.hub for one in _open() if not conflicts(one.name, held, {})]


def _advice(held: Sequence[Held]) -> str:
    """Which licences fit all sources, or all but those that fit under none."""
    never = [one for one in held if not fitting([one])]
    others = [one for one in held if one not in never]
    alone = f"under no licence may rows of {', '.join(name for name, _, _ in never)} stand here" if never else ""
    if never and not others:
        return f"{alone[0].upper()}{alone[1:]}."
    found = " or ".join(f"`licence: {hub}`" for hub in fitting(others)[:3])
    advice = (
        f"{found} fits {'the others' if never else 'all'}" if found else "No one licence fits all that may stand here"
    )
    return f"{advice}; {alone}." if alone else f"{advice}."
