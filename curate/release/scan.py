"""The scan before anything leaves the machine: secrets in every file of a release, private data in its rows.

scan(Path("runs/quickstart/release/v1.0.0"))   ->  Findings(secrets=(), private={"email": 2}, examples=(Found(...),))

Read is each text of each column, ids, lists and structs included; one that stands in a longer text of its row is read
there: a question in its prompt, reasoning in its completion. As in curate.screen.privacy a figure is not private: the
gold and the final answer of a row whose answer is a number, and a value that is a bare number which no word explains.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from curate.release.secrets import ENVIRONMENT, find_secrets
from curate.screen.privacy import KINDS, find

_TEXTS = ("README*.md", "funnel.json", "recipe.lock.yaml")
_EXAMPLES = 20  # places that are told, of each kind
_BATCH = 256  # rows in memory at once
_SHORT = 64  # a shorter text is sooner read than looked up in the longer ones
_APART = "\0"  # between texts: in no secret, and nothing that one may stand behind or before


@dataclass(frozen=True, slots=True)
class Found:
    """Where something was found, and of which kind; never what.

    row: its id, or #7, the place in its file, where the id itself holds such a thing; "" in a text file, as column.
    """

    kind: str
    file: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Findings:
    """secrets, examples of private data: the first 20 places of each kind. private: kind -> rows that hold it."""

    secrets: tuple[Found, ...]
    private: Mapping[str, int]
    examples: tuple[Found, ...]


def scan(folder: Path, secrets: Collection[str] = ()) -> Findings:
    """What a release's folder holds that should not be published. secrets: values to be looked for as they are.

    Private data is counted by rows of the four configs. In the cards, the lock and funnel.json only secrets are looked
    for: an address that a publisher writes there is meant to be read.
    """
    hidden, private = _Places(), _Places()
    for path in sorted(folder.glob("data/*/*.parquet")):
        file = path.relative_to(folder).as_posix()
        for rows in _batches(path, secrets):
            every = _APART.join(text for row in rows for _, text in row.cells)
            quiet = not any(_secrets(every, secrets))
            for row in rows:
                private.add(file, row.name, _private(row))
                if not quiet:
                    hits = ((kind, column) for column, text in row.cells for kind in _secrets(text, secrets))
                    hidden.add(file, row.name, hits)
    counted = {kind: private.rows[kind] for kind in KINDS if private.rows[kind]}
    return Findings((*scan_texts(folder, secrets), *hidden.first), MappingProxyType(counted), tuple(private.first))


def scan_texts(folder: Path, secrets: Collection[str] = ()) -> tuple[Found, ...]:
    """The secrets in the cards, the lock and funnel.json of a release."""
    found = _Places()
    for path in sorted(found for pattern in _TEXTS for found in folder.glob(pattern)):
        found.add(path.name, "", ((kind, "") for kind in _secrets(path.read_text(encoding="utf-8"), secrets)))
    return tuple(found.first)


class _Row(NamedTuple):
    """What is read of a row: column and text. name: as Found has it; figures: numbers that are its answer, and so
    nobody's phone."""

    name: str
    cells: Sequence[tuple[str, str]]
    figures: Set[str]


class _Places:
    """Rows by kind, and the first places of each."""

    def __init__(self) -> None:
        self.rows, self.first = Counter[str](), list[Found]()
        self._told = Counter[str]()

    def add(self, file: str, row: str, hits: Iterable[tuple[str, str]]) -> None:
        """One row's hits: kind and column."""
        places = dict.fromkeys(hits)
        self.rows.update({kind for kind, _ in places})
        for kind, column in places:
            if self._told[kind] < _EXAMPLES:
                self._told[kind] += 1
                self.first.append(Found(kind, file, row, column))


def _batches(path: Path, secrets: Collection[str]) -> Iterator[list[_Row]]:
    """What there is to read in a file, some rows at a time."""
    with pq.ParquetFile(path, pre_buffer=False) as file:  # buffered, the whole file would stay in memory
        names = [field.name for field in file.schema_arrow if _holds_text(field.type)]
        first = 1
        for batch in file.iter_batches(_BATCH, columns=names):
            columns = {name: batch.column(name).to_pylist() for name in names}
            read = [name for name in names if _nested(batch.column(name).type) or _tells(columns[name], secrets)]
            rows = []
            for place, id in enumerate(columns["id"]):
                name = f"#{first + place}" if "id" in read and _suspect([id], secrets) else id
                texts = _texts((column, columns[column][place]) for column in read)
                rows.append(_Row(name, texts, _figures(columns, place)))
            yield rows
            first += len(rows)


def _tells(cells: Iterable[str | None], secrets: Collection[str]) -> bool:
    """Whether a column must be read row by row. Most, of codes and names, have few values, all short and harmless."""
    values = {cell for cell in cells if cell}
    return any(len(value) >= _SHORT for value in values) or _suspect(values, secrets)


def _suspect(values: Collection[str], secrets: Collection[str]) -> bool:
    return any(_secrets(_APART.join(values), secrets)) or any(map(find, values))


def _nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _holds_text(kind: pa.DataType) -> bool:
    if _nested(kind):
        return any(_holds_text(kind.field(place).type) for place in range(kind.num_fields))
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _texts(row: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The texts of a row, without those that stand in a longer one."""
    texts = [(column, text) for column, cell in row for text in _strings(cell)]
    long = sorted((found for found in texts if len(found[1]) >= _SHORT), key=lambda found: -len(found[1]))
    kept = [found for found in texts if len(found[1]) < _SHORT]
    for place, (column, text) in enumerate(long):
        if not any(text in longer for _, longer in long[:place]):
            kept.append((column, text))
    return kept


def _strings(cell: Any) -> Iterator[str]:
    if isinstance(cell, str):
        yield cell
    elif isinstance(cell, Mapping | list):
        yield from chain.from_iterable(map(_strings, cell.values() if isinstance(cell, Mapping) else cell))


def _secrets(text: str, known: Collection[str]) -> Iterator[str]:
    yield from (one.kind for one in find_secrets(text))
    if any(secret in text for secret in known):
        yield ENVIRONMENT


def _private(row: _Row) -> Iterator[tuple[str, str]]:
    """Kind and column of a row's private data."""
    for column, text in row.cells:
        yield from ((one.kind, column) for one in find(text) if one.text not in row.figures)


def _figures(columns: Mapping[str, Sequence[Any]], place: int) -> Set[str]:
    kinds = columns.get("answer_kind")
    if kinds is None or kinds[place] not in ("number", "percent"):
        return frozenset()
    golds = (columns[name][place] for name in ("gold", "gold_alternatives", "final") if name in columns)
    return {text.strip() for cell in golds for text in _strings(cell)}
