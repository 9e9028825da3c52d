"""The bundled samples: each is read by the recipe that ships with it, and shows what samples/README.md says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.read import Broken, rows
from curate.recipe import load_recipe
from curate.records import Corpus, Question, Trace
from curate.spec import SourceSpec
from judges.answers import grade, match
from recipes.conversions import program_steps

FOLDER = Path(program_steps.__file__).parents[1] / "samples"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".md")


def spec_of(name: str) -> SourceSpec:
    (spec,) = (spec for spec in load_recipe("quickstart").sources if Path(spec.location).name == name)
    return spec


def load(name: str) -> Iterator[Question | Broken]:
    """What a sample file holds, in order."""
    spec = spec_of(name)
    info = spec.implementation.INFO
    corpus = Corpus(spec.name or spec.use, spec.licence or info.licence, spec.split, spec.module or info.module)
    for row in rows(FOLDER / name, name):
        if isinstance(row, Broken):
            yield row
        else:
            yield from spec.implementation.questions(row, corpus, spec.options)


def questions(name: str) -> list[Question]:
    return [item for item in load(name) if isinstance(item, Question)]


def derived(question: Question) -> Trace:
    trace = program_steps.write(question)
    assert isinstance(trace, Trace), trace
    return trace


@pytest.mark.parametrize("name", FILES)
def test_every_record_loads_but_the_broken_one(name: str) -> None:
    broken = [item.number for item in load(name) if isinstance(item, Broken)]
    assert broken == ([13] if name == "finqa.jsonl" else [])
    assert questions(name)


@pytest.mark.parametrize("name", FILES)
def test_every_record_keeps_the_promises_of_a_question(name: str) -> None:
    found = questions(name)
    assert len({question.id for question in found}) == len(found)
    known = set(spec_of(name).implementation.INFO.defects)
    for question in found:
        assert question.question.strip()
        assert question.gold != ""
        assert set(question.flags) <= known, question.id
        assert question.module is None or question.module.strip()
        assert (question.gold is None) == ("gold_missing" in question.flags), question.id


def test_both_languages_are_present() -> None:
    languages = [question.language for name in FILES for question in questions(name)]
    assert languages.count("en") >= 30
    assert languages.count("zh") >= 30
    assert [question.language for question in questions("traces.jsonl")].count("zh") == 14
    assert {question.language for question in questions("table.csv")} == {"en", "zh"}


def test_finqa_shows_its_defects() -> None:
    lines = dict(enumerate(load("finqa.jsonl"), 1))
    flags = {line: item.flags for line, item in lines.items() if isinstance(item, Question)}
    assert flags[7] == ("gold_conflict",)
    assert flags[11] == ("gold_empty",)
    assert {line for line, found in flags.items() if "cells_repaired" in found} == {3, 16}
    assert {line for line, found in flags.items() if "words_repaired" in found} == {3, 16}
    assert not any(found for line, found in flags.items() if line not in (3, 7, 11, 16))


def test_finqa_programs_meet_their_golds_where_the_readme_says_so() -> None:
    for line, item in enumerate(load("finqa.jsonl"), 1):
        if not isinstance(item, Question):
            continue
        verdict = match(str(derived(item).final), item)
        if line == 7:
            assert match(str(derived(item).final), item).value is True, "the program's own result is the alternative"
            assert item.gold not in item.gold_alternatives
        else:
            assert verdict.value is (line != 17), line


def test_cflue_shows_its_defects() -> None:
    found = questions("cflue.json")
    assert [question.answer_kind for question in found] == ["choice"] * 5 + ["choices"] * 4 + ["boolean"] * 3
    flags = {number: question.flags for number, question in enumerate(found, 1) if question.flags}
    assert flags == {5: ("gold_unusable",), 9: ("one_letter",)}
    assert [number for number, question in enumerate(found, 1) if question.explanation is None] == [4]


def test_tables_show_their_defects() -> None:
    found = {question.source_id: question for question in questions("table.csv")}
    assert [name for name, question in found.items() if question.gold is None] == ["t05"]
    assert [name for name, question in found.items() if "program" not in question.meta] == ["t06"]
    assert program_steps.write(found["t06"]) == "no_program"
    assert found["t01"].group == found["t02"].group
    assert len({question.group for question in found.values()}) == 7
    for name in ("t01", "t02", "t03", "t04", "t07", "t08"):
        assert match(str(derived(found[name]).final), found[name]).value is (name != "t04"), name
    assert derived(found["t05"]).final == "0.07"


def test_traces_show_their_fates() -> None:
    found = {question.source_id.removeprefix("demo-"): question for question in questions("traces.jsonl")}
    assert len(found) == 28
    given = {name: question.meta["given"] for name, question in found.items()}
    assert {name for name, trace in given.items() if trace["truncated"]} == {"en-10", "zh-10"}
    assert {name for name, trace in given.items() if not trace["answer"]} == {"en-10", "zh-10"}
    assert all(trace["reasoning"] and "<think>" not in trace["reasoning"] for trace in given.values())
    assert {name for name, question in found.items() if question.gold is None} == {"zh-13"}
    verdicts = {name: grade(trace["answer"], found[name]).value for name, trace in given.items()}
    assert {name for name, value in verdicts.items() if value is False} == {"en-07", "zh-07"}
    assert {name for name, value in verdicts.items() if value is None} == {"en-10", "zh-10", "zh-13"}


@pytest.mark.parametrize("name", ["finqa.jsonl", "table.csv"])
def test_every_program_of_the_samples_executes(name: str) -> None:
    for question in questions(name):
        if question.meta.get("program"):
            assert derived(question).final
