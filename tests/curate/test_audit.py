"""`curate audit`: a corpus' defects by file, in tables of 80 columns and as JSON."""

import csv
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from curate.audit import audit
from curate.errors import UserError
from curate.recipe import alone
from tests.conftest import Command

TWEETS = [
    ("$ORLA - Orla Bank lifts its outlook after a strong second quarter of lending", "1"),
    ("Velm Foods warns that margins will shrink as the price of wheat keeps climbing", "0"),
    ("Shares of Hallow Steel little changed in early trading on light volume today", "2"),
    ("Write to desk@hallow.example.org about the listing of Hallow Steel next week", "2"),
]


def corpus(folder: Path) -> None:
    """Two files: of four texts one stands twice, one with another label, one in the other file too; one is broken."""
    first, second = TWEETS[0], TWEETS[1]
    files = {
        "train.csv": [*TWEETS, first, (second[0], "1")],
        "valid.csv": [(TWEETS[2][0] + "!", "2"), ("Ferro Lines keeps its payout", "1"), ("", "1")],
    }
    for name, rows in files.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([("text", "label"), *rows])


def test_what_only_all_records_show_is_counted_by_file(tmp_path: Path) -> None:
    corpus(tmp_path)
    parts = audit(alone("tfns", tmp_path / "*.csv"))
    train, valid = parts["train.csv"], parts["valid.csv"]
    assert (train.records, train.questions, train.copies, train.conflicting, train.elsewhere) == (6, 6, 1, 2, 0)
    assert (valid.records, valid.unreadable, valid.copies, valid.elsewhere) == (3, 1, 1, 1)
    assert (train.private, train.flags["private_data"]) == ({"email": 1}, 1)
    assert (train.constant, valid.constant) == (None, None)
    assert sum(valid.faults.values()) == 1


def test_a_gold_that_never_changes_is_told(tmp_path: Path, command: Command) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("text", "label"), *((text, "0") for text, _ in TWEETS)])
    assert audit(alone("tfns", tmp_path / "a.csv"))["a.csv"].constant == "0"
    shown = command("audit", "a.csv", "--as", "tfns", env={"COLUMNS": "80"}).stdout
    assert "a.csv: 4 of 4 have one, all 0" in shown


def test_the_tables_fit_and_json_is_json(tmp_path: Path, command: Command) -> None:
    corpus(tmp_path)
    shown = command("audit", "*.csv", "--as", "tfns", env={"COLUMNS": "80"}).stdout
    assert max(map(cell_len, shown.splitlines())) <= 80
    for said in ("train.csv", "conflicting copies", "copies in another file", "private data: email 1", "1 × "):
        assert said in shown
    told = json.loads(command("audit", "*.csv", "--as", "tfns", "--json").stdout)
    assert told["train.csv"]["conflicting"] == 2
    assert told["valid.csv"]["constant_gold"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.csv", "--as", "tfms"), "did you mean 'tfns'"),
        (("b.csv", "--as", "tfns"), "no file 'b.csv'"),
        (("a.csv", "--as", "tfns", "--set", "colour=red"), "unknown key 'colour'"),
        (("a.csv", "--as", "finqa"), "none of its 4 records could be read"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, command: Command, arguments: tuple[str, ...], said: str) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("text", "label"), *TWEETS])
    ran = command("audit", *arguments)
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("path", "name", "copies", "conflicting"),
    [("fincuge/finfe/*.json", "fincuge", 18, 18), ("cflue/knowledge_2500.json", "cflue", 0, 0)],
)
def test_real_corpora(data: Path, path: str, name: str, copies: int, conflicting: int) -> None:
    parts = audit(alone(name, data / path)).values()
    assert sum(part.copies for part in parts) == copies
    assert sum(part.conflicting for part in parts) == conflicting


def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="no source is called"):
        alone("program_steps", "x")
