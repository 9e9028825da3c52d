"""Files in, raw rows out: JSON, JSON Lines, CSV, Parquet, plain or gzipped. One broken row never harms another.

    for row in rows(path, "train.jsonl"):      # Row(value, "train.jsonl", 17) or Broken(..., "not valid JSON: ...")

Numbers count from 1: lines in JSON Lines and CSV (a record's first line), records in JSON arrays and Parquet.
Everything is read as it is needed: memory does not grow with the file.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from curate.errors import UserError
from curate.records import Row

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")
_CHUNK = 1 << 20
_NOT_VALUE = re.compile(r"[\s,\[]*")  # what may stand before an element: the opening bracket, commas


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that could not be parsed: where, why, and its raw text as far as it could be decoded."""

    file: str
    number: int
    error: str
    raw: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


def rows(path: Path, shown: str) -> Iterator[Row | Broken]:
    """The records of one file; `shown` is its name in places and errors. Raises UserError for an unreadable file."""
    suffix = _suffix(path)
    try:
        if suffix == ".parquet":
            yield from _parquet(path, shown)
            return
        with _opened(path) as stream:
            if suffix == ".csv":
                yield from _csv(stream, shown)
            elif suffix == ".json" and _first(path) == b"[":
                yield from _array(stream, shown)
            else:
                yield from _lines(stream, shown)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot be read: {reason}") from None


def _suffix(path: Path) -> str:
    name = path.name.removesuffix(".gz").lower()
    found = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)
    if found is None:
        raise UserError(
            f"{path}: unknown kind of file; known are {', '.join(SUFFIXES)}, each also with .gz but Parquet"
        )
    return found


def _opened(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _first(path: Path) -> bytes:
    with _opened(path) as stream:
        return stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _parse(raw: str) -> Any:
    """JSON to a value. Raises ValueError, also for text that no UTF-8 file can hold (a lone surrogate escape)."""
    try:
        value = json.loads(raw)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _refuse_surrogates(raw, value)
    return value


def _refuse_surrogates(raw: str, value: Any) -> None:
    if "\\ud" in raw or "\\uD" in raw:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("half of a surrogate pair stands alone in its text") from None


def _lines(stream: BinaryIO, shown: str) -> Iterator[Row | Broken]:
    for number, line in enumerate(stream, 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        try:
            yield Row(_parse(line.decode()), shown, number)
        except ValueError as error:
            yield Broken(shown, number, _reason(error), line.decode(errors="replace").strip())


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {error.msg.removesuffix(' at')} (column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text: byte {error.start} of the line"
    return f"not usable JSON: {error}"


def _array(stream: BinaryIO, shown: str) -> Iterator[Row | Broken]:
    """The elements of one JSON array, decoded one at a time out of a sliding window.

    A fault ends the file: what follows it in an array cannot be told apart, so the run is stopped rather than
    continued with an unknown number of records lost.
    """
    decoder, text = json.JSONDecoder(), io.TextIOWrapper(stream, encoding="utf-8-sig")
    window, line, counted, position, number = _more(text, shown, _CHUNK), 1, 0, 0, 1
    while True:
        position = _NOT_VALUE.match(window, position).end()  # type: ignore[union-attr]  # matches the empty string too
        line, counted = line + window.count("\n", counted, position), position
        if window.startswith("]", position):
            return
        fault: Exception | None = None
        end = len(window)
        try:
            value, end = decoder.raw_decode(window, position)
        except (ValueError, RecursionError) as error:
            fault = error
        if end == len(window):  # a fault, or a value that may go on behind the window
            # Doubled, so that a long value is not parsed again for every chunk of it.
            more = _more(text, shown, max(_CHUNK, len(window)))
            if not more:
                reason = fault or "its closing bracket is missing"
                raise UserError(
                    f"{shown}:{line}: the JSON array breaks off, or is not valid, in the record here ({reason})\n"
                    "  mend the file, or write it as JSON Lines, where one broken line costs one record"
                )
            window, counted, position = window[position:] + more, 0, 0
            continue
        try:
            _refuse_surrogates(window[position:end], value)
            yield Row(value, shown, number)
        except ValueError as error:
            yield Broken(shown, number, _reason(error), window[position:end])
        position, number = end, number + 1


def _more(text: io.TextIOWrapper, shown: str, size: int) -> str:
    try:
        return text.read(size)
    except UnicodeDecodeError as error:
        raise UserError(f"{shown}: not UTF-8 text ({error.reason}); convert the file first") from None


def _csv(stream: BinaryIO, shown: str) -> Iterator[Row | Broken]:
    csv.field_size_limit(1 << 30)
    reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""), strict=True)
    header = next(reader, None)
    if header is None:
        return
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Broken(shown, number, f"not valid CSV: {error}", "")
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(header):
            yield Broken(shown, number, f"{len(cells)} cells, the header has {len(header)}", ",".join(cells))
        elif any("\ufffd" in cell for cell in cells):
            yield Broken(shown, number, "not UTF-8 text", ",".join(cells))
        else:
            yield Row(dict(zip(header, cells, strict=True)), shown, number)


def _parquet(path: Path, shown: str) -> Iterator[Row]:
    import polars

    try:
        number = 0
        for batch in polars.scan_parquet(path, glob=False).collect_batches(chunk_size=1000, lazy=True):
            for value in batch.iter_rows(named=True):
                number += 1
                yield Row(value, shown, number)
    except polars.exceptions.PolarsError as error:
        raise UserError(f"{path}: not a Parquet file that polars can read: {str(error).splitlines()[0]}") from None
