"""The pages and golds of the real FinQA files: what is repaired, flagged, and what their programs write out."""

from collections import Counter
from pathlib import Path

import pytest

from curate.read import rows
from curate.records import Corpus, Row
from judges.answers import match
from recipes.conversions import program_steps
from recipes.sources import finqa, table

CORPUS = Corpus("finqa", "MIT")


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        (
            "train_raw_20.json",
            {
                "gold_conflict": 3,
                "gold_scale": 1,
                "gold_truncated": 2,
                "gold_empty": 1,
                "words_repaired": 14,
                "cells_repaired": 3,
            },
        ),
        (
            "test_rawdocs_150.jsonl",
            {
                "gold_conflict": 15,
                "gold_sign": 3,
                "gold_empty": 4,
                "words_repaired": 123,
                "cells_repaired": 31,
                "escape_suspect": 3,
            },
        ),
    ],
)
def test_the_flags_of_real_files_are_counted(data: Path, name: str, flags: dict[str, int]) -> None:
    counted = Counter[str]()
    for row in rows(data / "finqa" / name, name):
        assert isinstance(row, Row)
        for question in finqa.questions(row, CORPUS, finqa.Options()):
            counted.update(question.flags)
    assert counted == flags


def test_flattened_records_with_programs_load_as_a_table(data: Path) -> None:
    columns = table.Columns(gold="answer", program="program", evidence="evidence_indices")
    path = data / "finqa" / "train_250_with_programs.jsonl"
    found = list(rows(path, path.name))
    assert len(found) == 250
    for row in found:
        assert isinstance(row, Row)
        (question,) = table.questions(row, CORPUS, table.Options(columns=columns))
        trace = program_steps.write(question)
        assert not isinstance(trace, str)
        assert match(str(trace.final), question).value is True
