"""Files in, rows out: every format, and what a broken record costs."""

import gzip
import json
from pathlib import Path

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate import read
from curate.errors import UserError
from curate.read import Broken, rows
from curate.records import Row

VALUES = [{"a": 1, "b": "x,\ny"}, {"a": 2, "b": "总收入"}]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def values(path: Path) -> list[object]:
    return [row.value for row in rows(path, path.name) if isinstance(row, Row)]


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(value, ensure_ascii=False) for value in VALUES)
    (tmp_path / "a.jsonl").write_text("\ufeff" + lines + "\n\n", encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(VALUES, ensure_ascii=False, indent=1), encoding="utf-8")
    (tmp_path / "lines.json").write_text(lines, encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    polars.DataFrame(VALUES).write_parquet(tmp_path / "a.parquet")
    for path in tmp_path.iterdir():
        assert values(path) == VALUES, path.name
    (tmp_path / "a.csv").write_text('\ufeffa,b\r\n1,"x,\ny"\r\n2,总收入\r\n', encoding="utf-8", newline="")
    assert values(tmp_path / "a.csv") == [{"a": "1", "b": "x,\ny"}, {"a": "2", "b": "总收入"}]


@given(st.lists(json_values, max_size=12), st.integers(1, 60), st.sampled_from([None, 1]))
@settings(max_examples=150, deadline=None)
def test_an_array_is_read_whole_whatever_the_window(
    tmp_path_factory: pytest.TempPathFactory, items: list[object], chunk: int, indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("array") / "a.json"
    path.write_text(json.dumps(items, indent=indent, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "_CHUNK", chunk)
        found = list(rows(path, "a.json"))
    assert [row.value for row in found if isinstance(row, Row)] == items
    assert [row.number for row in found] == list(range(1, len(items) + 1))


def test_a_broken_line_costs_one_row_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": \n{"a": "\xff"}\n{"a": "\\ud800"}\n' + b"[" * 100_000 + b'\n{"a": 2}\n')
    found = list(rows(path, "a.jsonl"))
    assert [row.value for row in found if isinstance(row, Row)] == [{"a": 1}, {"a": 2}]
    broken = {row.number: row.error for row in found if isinstance(row, Broken)}
    assert broken.keys() == {2, 3, 4, 5}
    assert "JSON" in broken[2]
    assert "UTF-8" in broken[3]
    assert "surrogate" in broken[4]
    assert "deeply" in broken[5]


def test_a_csv_row_of_another_width_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n1,2,3\n\n\xff,1\n4,5\n")
    found = list(rows(path, "a.csv"))
    assert [row.value for row in found if isinstance(row, Row)] == [{"a": "1", "b": "2"}, {"a": "4", "b": "5"}]
    assert [(row.number, row.raw) for row in found if isinstance(row, Broken)] == [(3, "1,2,3"), (5, "\ufffd,1")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'[{"a": 1},\n {"a": ', "a.json:2"),
        ("a.json", b'[{"a": 1}, {"a": 2}', "a.json:1"),
        ("a.parquet", b"not parquet", "Parquet"),
        ("a.xlsx", b"", "unknown kind of file"),
        ("a.jsonl.gz", b"not gzip", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_told_apart_stops_with_its_name(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=said.replace(".", r"\.")) as raised:
        list(rows(path, name))
    assert name in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.jsonl.*No such file"):
        list(rows(tmp_path / "none.jsonl", "none.jsonl"))


def test_a_json_object_over_several_lines_is_one_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{\n "train": [{"a": 1}],\n "dev": []\n}\n', encoding="utf-8")
    assert values(tmp_path / "a.json") == [{"train": [{"a": 1}], "dev": []}]
    (tmp_path / "b.json").write_text('{"a": 1}\n{"a": 2}\n', encoding="utf-8")
    assert values(tmp_path / "b.json") == [{"a": 1}, {"a": 2}]
    (tmp_path / "c.json").write_text('{"a": \n{"a": 2}\n', encoding="utf-8")
    assert [type(item).__name__ for item in rows(tmp_path / "c.json", "c.json")] == ["Broken", "Row"]


def test_a_record_knows_the_folder_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "finfe").mkdir()
    (tmp_path / "finfe" / "train_list.json").write_text('[["好", 2]]', encoding="utf-8")
    (row,) = rows(tmp_path / "finfe" / "train_list.json", "train_list.json")
    assert isinstance(row, Row)
    assert (row.file, row.folder) == ("train_list.json", "finfe")


def test_a_replacement_character_that_stands_in_the_file_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a,b\n1,caf\ufffd\n2,\u4e2d\n".encode() + b"3,\xd6\xd0\n")
    found = list(rows(tmp_path / "a.csv", "a.csv"))
    assert [row.value["b"] for row in found if isinstance(row, Row)] == ["caf\ufffd", "\u4e2d"]
    assert [(item.number, item.error.partition(";")[0]) for item in found if isinstance(item, Broken)] == [
        (4, "not UTF-8 text")
    ]
