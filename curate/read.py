"""Files in, raw rows out: JSON, JSON Lines, CSV, Parquet, plain or gzipped. One broken row never harms another.

    for row in rows(path, "train.jsonl"):      # Row(value, "train.jsonl", 17) or Broken(..., "not valid JSON: ...")

Numbers count from 1: lines in JSON Lines and CSV (a record's first line), records in JSON arrays and Parquet.
Everything is read as it is needed: memory does not grow with the file.
"""

import contextlib
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
_SPACE = re.compile(r"\s*")
_UNDECODED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of bytes that are no UTF-8
_NOT_UTF8 = "not UTF-8 text; convert the file, for example from GBK, first"


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
    folder = path.parent.name
    for item in _items(path, shown):
        yield Row(item.value, item.file, item.number, folder) if isinstance(item, Row) else item


def _items(path: Path, shown: str) -> Iterator[Row | Broken]:
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
            elif suffix == ".json" and (whole := _object(path)) is not None:
                yield Row(whole, shown, 1)
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


def _object(path: Path) -> Any:
    """The value of a file that is one JSON object over several lines; None where its first line is a record of its own,
    or where it is no JSON as a whole (then each line tells what is wrong with it)."""
    with _opened(path) as stream:
        first = stream.readline()
        try:
            _parse(first.removeprefix(b"\xef\xbb\xbf").decode())
        except ValueError:
            with contextlib.suppress(ValueError):
                return _parse((first + stream.read()).removeprefix(b"\xef\xbb\xbf").decode())
    return None


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
            yield Row(_parse(line.decode().rstrip("\r\n")), shown, number)
        except ValueError as error:
            yield Broken(shown, number, _reason(error), line.decode(errors="replace").strip())


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {error.msg.removesuffix(' at')} (column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text (byte {error.start} of the line); convert the file, for example from GBK, first"
    return f"not usable JSON: {error}"


def _array(stream: BinaryIO, shown: str) -> Iterator[Row | Broken]:
    """The elements of one JSON array, decoded one at a time out of a sliding window.

    A fault ends the file: what follows it in an array cannot be told apart, so the run is stopped rather than
    continued with an unknown number of records lost.
    """
    with io.TextIOWrapper(stream, encoding="utf-8-sig") as text:
        yield from _elements(text, shown)


def _elements(text: io.TextIOWrapper, shown: str) -> Iterator[Row | Broken]:
    decoder = json.JSONDecoder()
    window, line, counted, number = _more(text, shown, _CHUNK), 1, 0, 1
    position = window.index("[") + 1
    while True:
        position = _end(_SPACE, window, position)
        line, counted = line + window.count("\n", counted, position), position
        if number == 1 and window.startswith("]", position):
            return
        fault: object = "no comma or closing bracket follows"
        try:
            value, end = decoder.raw_decode(window, position)
            behind = _end(_SPACE, window, end)
            whole = window.startswith((",", "]"), behind)  # else it may go on behind the window: 1|2, 0|.5
        except (ValueError, RecursionError) as error:
            whole, fault = False, error
        if not whole:
            # Doubled, so that a long value is not parsed again for every chunk of it.
            more = "" if _for_good(fault, len(window)) else _more(text, shown, max(_CHUNK, len(window)))
            if not more:
                raise UserError(
                    f"{shown}:{line}: the JSON array breaks off, or is not valid, in the record here ({fault})\n"
                    "  mend the file, or write it as JSON Lines, where one broken line costs one record"
                )
            window, counted, position = window[position:] + more, 0, 0
            continue
        try:
            _refuse_surrogates(window[position:end], value)
            yield Row(value, shown, number)
        except ValueError as error:
            yield Broken(shown, number, _reason(error), window[position:end])
        if window[behind] == "]":
            if (window[behind + 1 :] + _more(text, shown, _CHUNK)).strip():
                raise UserError(f"{shown}: something follows the JSON array; a file holds one array, or JSON Lines")
            return
        position, number = behind + 1, number + 1


def _for_good(fault: object, length: int) -> bool:
    """Is this a fault that no further text can mend? An open string or number at the window's end is none."""
    opened = "Unterminated" in str(fault)
    return isinstance(fault, json.JSONDecodeError) and not opened and fault.pos < length - 16


def _end(pattern: re.Pattern[str], window: str, position: int) -> int:
    found = pattern.match(window, position)
    return found.end() if found else position


def _more(text: io.TextIOWrapper, shown: str, size: int) -> str:
    try:
        return text.read(size)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{shown}: not UTF-8 text ({error.reason}); convert the file, for example from GBK, first"
        ) from None


def _csv(stream: BinaryIO, shown: str) -> Iterator[Row | Broken]:
    with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        yield from _csv_rows(text, shown)


def _csv_rows(text: io.TextIOWrapper, shown: str) -> Iterator[Row | Broken]:
    csv.field_size_limit(1 << 30)
    taken: list[str] = []  # the lines of the record that is being read, for a Broken to show

    def lines() -> Iterator[str]:
        for line in text:
            taken.append(line)
            yield line

    reader = csv.reader(lines(), strict=True)
    header = next(reader, None)
    if header is None:
        return
    if any(map(_UNDECODED.search, header)):
        raise UserError(f"{shown}: its header is {_NOT_UTF8}")
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise UserError(f"{shown}: two columns are called '{twice}'; rename one of them")
    while True:
        number, taken[:] = reader.line_num + 1, []
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UserError(
                    f"{shown}:{number}: a quote that is opened in this record is never closed\n"
                    "  close it: what follows cannot be told apart"
                ) from None
            yield Broken(shown, number, f"not valid CSV: {error}, in the {len(taken)} lines from here", _raw(taken))
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(header):
            yield Broken(shown, number, f"{len(cells)} cells, the header has {len(header)}", _raw(taken))
        elif any(map(_UNDECODED.search, cells)):
            yield Broken(shown, number, _NOT_UTF8, _raw(taken))
        else:
            yield Row(dict(zip(header, cells, strict=True)), shown, number)


def _raw(lines: list[str]) -> str:
    """Lines as text that any file can hold, whatever bytes were in them."""
    return "".join(lines).encode(errors="surrogateescape").decode(errors="replace").rstrip("\r\n")


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
