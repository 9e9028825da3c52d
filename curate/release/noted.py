"""The cards of a version as they are sent: each with the notes that hold, and none with a secret.

    noted(parcel, "v1.0.0", last, head).text("README.md")   ->  with what people wrote on the Hub since v1.0.0

A card's notes are the text between the marks of cards.notes; the rest of it is as it was built.
"""

import os
from collections.abc import Mapping
from dataclasses import replace

from cards.notes import notes_of, with_notes
from curate.errors import UserError
from curate.release.lock import CARDS, LOCK
from curate.release.parcel import Parcel, Standing
from curate.release.secrets import ENVIRONMENT, find_secrets, of_environment
from curate.release.since import bounded, refusal

_LINES = 20  # of the notes of one side, in a refusal
_KEYS = ("_API_KEY", "_TOKEN")  # how variables end that hold keys: a lock does not name those of its models


def noted(parcel: Parcel, tag: str, last: Standing, head: Standing) -> Parcel:
    """The parcel with the notes that hold, by the last version (of this tag; "" if none), the head, and the cards here.

    Where they were changed on the Hub since the last version, those of the Hub hold, deleted ones too; else those here.
    A card as it is built has no notes, so none here means those of the Hub: what is to go is deleted there. Raises
    UserError where they were changed on the Hub, and here otherwise.
    """
    before, there, here = _notes(last), _notes(head), _own(parcel)
    held = {name: _held(before[name], there[name], here[name]) for name in CARDS}
    for name, notes in held.items():
        if notes is None:
            raise _both_changed(name, tag, there[name], here[name])
    return _with(parcel, {name: notes for name, notes in held.items() if notes is not None})


def _held(before: str, there: str, here: str) -> str | None:
    """Which of two notes holds; None where neither does."""
    if not here.strip() or here in (before, there):
        return there
    return here if there == before else None


def as_published(parcel: Parcel, there: Standing) -> Parcel:
    """The parcel with the notes of its version that is published: in them the two do not differ."""
    return _with(parcel, _notes(there))


def unsent(parcel: Parcel, there: Standing) -> list[str]:
    """The cards with notes here that are others than the published version has."""
    published = _notes(there)
    return [name for name, notes in _own(parcel).items() if notes.strip() and notes != published[name]]


def refuse_secrets(parcel: Parcel) -> None:
    """Raises UserError where a card or the lock holds what looks like a secret; the file is named, the value never.

    All else was scanned when it was built, and has the hash that the lock states. Private data is not looked for here:
    what a publisher writes into notes, such as an address to write to, is meant to be read.
    """
    keys = of_environment(name for name in os.environ if name.endswith(_KEYS))
    found = {f"  {kind}: {name}": None for name in (*CARDS, LOCK) for kind in _secrets(parcel.text(name), keys)}
    if found:
        places = "\n".join(found)
        raise UserError(
            f"what looks like a secret would be published:\n{places}\n"
            "  take it out, of the notes here and on the Hub, and revoke it if it is one"
        )


def _secrets(text: str, keys: list[str]) -> list[str]:
    known = [ENVIRONMENT for key in keys if key in text]
    return [one.kind for one in find_secrets(text)] + known


def _notes(commit: Standing) -> dict[str, str]:
    return {name: notes_of(commit.cards.get(name, "")) for name in CARDS}


def _own(parcel: Parcel) -> dict[str, str]:
    return {name: notes_of(parcel.text(name)) for name in CARDS}


def _with(parcel: Parcel, notes: Mapping[str, str]) -> Parcel:
    cards = {name: with_notes(parcel.text(name), text).encode() for name, text in notes.items()}
    return replace(parcel, files={**parcel.files, **cards})


def _both_changed(name: str, tag: str, there: str, here: str) -> UserError:
    lines = [f"the notes of {name} were changed on the Hub{f' since {tag}' if tag else ''}, and here otherwise:"]
    for side, notes in (("on the Hub", there), ("here", here)):
        lines += [f"  {side}:", *(f"    {line}" for line in bounded(notes.splitlines() or ["(deleted)"], _LINES))]
    return refusal([*lines, "  write what is to hold into the card on the Hub, and delete the notes here"])
