"""Facts as JSON and back.

of_record(DatasetFacts, as_record(facts)) == facts
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

Record = TypeVar("Record")


def as_record(facts: Any) -> dict[str, Any]:
    """Facts as JSON has them."""
    return dataclasses.asdict(facts)


def of_record(kind: type[Record], record: Mapping[str, Any]) -> Record:
    """The facts of a JSON object. Raises TypeError and KeyError for one that holds no facts of that kind."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    if unknown := set(record) - set(names):
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: _read(hints[name], record[name]) for name in names})


def _read(hint: Any, value: Any) -> Any:
    """One value in the form that its field has: lists as tuples, objects as records."""
    if isinstance(hint, types.UnionType):
        return None if value is None else _read(next(one for one in hint.__args__ if one is not types.NoneType), value)
    if typing.get_origin(hint) is tuple:
        return tuple(_read(typing.get_args(hint)[0], one) for one in value)
    return of_record(hint, value) if dataclasses.is_dataclass(hint) and isinstance(hint, type) else value
