"""Rows of a run's tables about one question, and a server's words without the addresses that only its owner knows."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from curate.errors import UserError, nearest
from curate.identity import public_address
from judges.verdict import REASONS

_ADDRESS = re.compile(r"https?://[^\s\"'<>()\[\]]*[^\s\"'<>()\[\].,:;!?]")
_PRIVATE = "a private address"


class Rows:
    """Answers queries of a connection as mappings."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def all(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Every row of a query."""
        found = self._connection.execute(query, list(values))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def one(self, query: str, *values: Any) -> dict[str, Any] | None:
        """Its first row."""
        return next(iter(self.all(query, *values)), None)

    def identified(self, asked_for: str) -> str:
        """The id of the outcome that an id, or its original's, belongs to. Raises UserError for an unknown one, and
        names the nearest."""
        known = "select question_id as id from outcomes where question_id = ? union all "
        found = self.one(known + "select id from questions where parent = ?", asked_for, asked_for)
        if found is not None:
            return str(found["id"])
        alike = "select id from (select question_id as id from outcomes union select id from originals) "
        near = self.one(alike + "order by jaro_winkler_similarity(id, ?) desc, id limit 1", asked_for)
        raise UserError(f"no question '{asked_for}'{nearest(asked_for, [near['id']] if near else [])}")


class Hiding:
    """Takes private addresses out of what servers and connections said, as curate.identity does of identities.

    identities: of the run's models, whose hosts are taken out where they stand without http:// too."""

    def __init__(self, identities: Iterable[str]) -> None:
        hosts = {urlsplit(one.partition(" ")[0]).netloc for one in identities if "://" in one.partition(" ")[0]}
        self._hosts = sorted((host for host in hosts if host and not public_address(f"http://{host}")), key=len)[::-1]

    def __call__(self, text: str | None) -> str | None:
        if text is None:
            return None
        text = _ADDRESS.sub(lambda found: found.group() if public_address(found.group()) else _PRIVATE, text)
        for host in self._hosts:
            text = text.replace(host, _PRIVATE)
        return text


def meaning(reason: str | None) -> str:
    """A reason in words; "" for one that another version of the package wrote."""
    return REASONS.get(reason or "", "")
