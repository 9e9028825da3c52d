"""Ids and groups without private data: an id column may be a phone number, and ids are published.

plain_ids(question)   ->  "chat:13800001234-2" is "chat:7f3a26c0-2", in every run
"""

import re
from dataclasses import replace
from hashlib import blake2b

from curate.records import Question
from curate.screen.privacy import Private, find
from curate.screen.private_labels import Label

# As if each part stood behind the word: an id is a value by itself, and no source's name says what its numbers are.
_ID = Label("id: ", whole=True)
# Of a hash, as of a record whose corpus gives no id: digits in it mean nothing.
_HASH = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16,}(?![0-9A-Za-z])")


def plain_ids(question: Question) -> Question:
    """The question with a hash for each private value in id, source_id and group; others are given back as they are.

    A value always has the same hash, so that ids stay apart and equal groups equal. The hash is a name and not a
    secret: who tries all phone numbers finds the one that it was made of.
    """
    ids = (question.id, question.source_id, question.group)
    plain = tuple(map(_plain, ids))
    return question if plain == ids else replace(question, id=plain[0], source_id=plain[1], group=plain[2])


def _plain(text: str) -> str:
    return ":".join(map(_hashed, text.split(":")))


def _hashed(text: str) -> str:
    """Until nothing is found: a hash of digits alone may look like a number."""
    while found := [one for one in find(text, _ID) if not _in_hash(text, one)]:
        for private in reversed(found):
            name = blake2b(private.text.encode(), digest_size=4).hexdigest()
            text = text[: private.start] + name + text[private.end :]
    return text


def _in_hash(text: str, private: Private) -> bool:
    return any(hit.start() <= private.start < hit.end() for hit in _HASH.finditer(text))
