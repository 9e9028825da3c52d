"""Rows of a run's tables about one question."""

from typing import Any

from curate.errors import UserError, nearest


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
