"""The bundled samples: every source has one, which loads whole, and shows what samples/README.md says."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from curate.names import SHIPPED, known
from curate.read import Broken, rows
from curate.recipe import load_recipe
from curate.records import Question, Trace
from curate.sourcing import of_file
from curate.terminal.sample import sampled
from judges.answers import grade, match
from recipes.conversions import program_steps

FOLDER = SHIPPED / "samples"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SOURCES = known("source")
FLAGGED = [name for name in SOURCES if name not in ("cflue", "compliance", "finqa", "table", "traces")]
UNREADABLE = {"finqa.jsonl:13", "fin_exam.jsonl:8"}
COLUMNS = 60  # a run of text that two authors would not both write; a Chinese character takes two
HEADINGS = ("notes to consolidated financial statements 2014 ( continued )",)  # of any filing, as FinQA writes it


@cache
def records(name: str) -> dict[str, list[Question] | Broken]:
    """What is made of each record of a source's sample, by its place."""
    source = sampled(name)
    raw = (row for file in source.files for row in rows(file.path, file.shown))
    made = (one for file in source.files for one in of_file(source, file))
    return {row.place: one for row, one in zip(raw, made, strict=True)}


def questions(name: str) -> list[Question]:
    return [question for made in records(name).values() if isinstance(made, list) for question in made]


def of_line(name: str) -> dict[int, Question]:
    """The questions of a sample of one question a record, by the record's number."""
    return {int(place.rpartition(":")[2]): made[0] for place, made in records(name).items() if isinstance(made, list)}


def in_readme(name: str) -> dict[str, set[str]]:
    """Place -> flags or "unreadable", as the README's section on a sample lists them; what has no flag is left out."""
    path = next(entry for entry in FOLDER.iterdir() if entry.stem == name)
    section = README.partition(f"## `{path.name}{'/' if path.is_dir() else ''}`")[2].partition("\n## ")[0]
    found: dict[str, set[str]] = {}
    for places, flags in re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)[1:]:
        named = {flags} if flags == "unreadable" else set(re.findall(r"`(\w+)`", flags))
        for place in places.split(", ") if named else ():
            found[place.strip("`") if path.is_dir() else f"{path.name}:{place}"] = named
    return found


def derived(question: Question) -> Trace:
    trace = program_steps.write(question)
    assert isinstance(trace, Trace), trace
    return trace


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_a_sample_that_loads_whole(name: str) -> None:
    assert len(questions(name)) >= 3
    assert {place for place, made in records(name).items() if isinstance(made, Broken)} == (
        UNREADABLE & records(name).keys()
    )


def test_quickstart_reads_the_samples_of_its_sources() -> None:
    for spec in load_recipe("quickstart").sources:
        assert Path(spec.location).name == sampled(spec.use).files[0].shown


@pytest.mark.parametrize("name", SOURCES)
def test_every_record_keeps_the_promises_of_a_question(name: str) -> None:
    found = questions(name)
    assert len({question.id for question in found}) == len(found)
    defects = sampled(name).info.defects
    for question in found:
        assert question.question.strip()
        assert question.gold != ""
        assert set(question.flags) <= defects.keys(), question.id
        assert question.module is None or question.module.strip()
        assert (question.gold is None) == ("gold_missing" in question.flags), question.id


@pytest.mark.parametrize("name", FLAGGED)
def test_a_sample_shows_the_flags_that_the_readme_names(name: str) -> None:
    shown = {
        place: {"unreadable"} if isinstance(made, Broken) else {flag for question in made for flag in question.flags}
        for place, made in records(name).items()
    }
    assert {place: flags for place, flags in shown.items() if flags} == in_readme(name)


@pytest.mark.parametrize("name", SOURCES)
def test_the_readme_counts_records_and_languages(name: str) -> None:
    (count, more) = re.findall(rf"^\| `{name}[./][^|]+\|[^|]+\| (\d+)(.*) \|$", README, re.MULTILINE)[0]
    assert int(count) == len(records(name))
    languages = Counter(question.language for question in questions(name))
    for of_one, language in re.findall(r"(\d+) (English|Chinese)", more):
        assert languages["en" if language == "English" else "zh"] == int(of_one)


def test_both_languages_are_present() -> None:
    languages = Counter(question.language for name in SOURCES for question in questions(name))
    assert languages["en"] >= 60
    assert languages["zh"] >= 60


def test_finqa_shows_its_defects() -> None:
    flags = {line: question.flags for line, question in of_line("finqa").items()}
    assert flags[7] == ("gold_conflict",)
    assert flags[11] == ("gold_empty",)
    assert {line for line, found in flags.items() if "cells_repaired" in found} == {3, 16}
    assert {line for line, found in flags.items() if "words_repaired" in found} == {3, 16}
    assert not any(found for line, found in flags.items() if line not in (3, 7, 11, 16))


def test_finqa_programs_meet_their_golds_where_the_readme_says_so() -> None:
    for line, question in of_line("finqa").items():
        verdict = match(str(derived(question).final), question)
        if line == 7:
            assert verdict.value is True, "the program's own result is the alternative"
            assert question.gold not in question.gold_alternatives
        else:
            assert verdict.value is (line != 17), line


def test_convfinqa_programs_meet_their_golds() -> None:
    graded = [question for question in questions("convfinqa") if question.gold is not None]
    assert len(graded) == 13
    for question in graded:
        assert match(str(derived(question).final), question).value is True, question.id


def test_cflue_shows_its_defects() -> None:
    found = questions("cflue")
    assert [question.answer_kind for question in found] == ["choice"] * 5 + ["choices"] * 4 + ["boolean"] * 3
    flags = {number: question.flags for number, question in enumerate(found, 1) if question.flags}
    assert flags == {5: ("gold_unusable",), 9: ("one_letter",)}
    assert [number for number, question in enumerate(found, 1) if question.explanation is None] == [4]


def test_tables_show_their_defects() -> None:
    found = {question.source_id: question for question in questions("table")}
    assert {question.language for question in found.values()} == {"en", "zh"}
    assert [name for name, question in found.items() if question.gold is None] == ["t05"]
    assert [name for name, question in found.items() if "program" not in question.meta] == ["t06"]
    assert program_steps.write(found["t06"]) == "no_program"
    assert found["t01"].group == found["t02"].group
    assert len({question.group for question in found.values()}) == 7
    for name in ("t01", "t02", "t03", "t04", "t07", "t08"):
        assert match(str(derived(found[name]).final), found[name]).value is (name != "t04"), name
    assert derived(found["t05"]).final == "0.07"


def test_traces_show_their_fates() -> None:
    found = {question.source_id.removeprefix("demo-"): question for question in questions("traces")}
    given = {name: question.meta["given"] for name, question in found.items()}
    assert {name for name, trace in given.items() if trace["truncated"]} == {"en-10", "zh-10"}
    assert {name for name, trace in given.items() if not trace["answer"]} == {"en-10", "zh-10"}
    assert all(trace["reasoning"] and "<think>" not in trace["reasoning"] for trace in given.values())
    assert {name for name, question in found.items() if question.gold is None} == {"zh-13"}
    verdicts = {name: grade(trace["answer"], found[name]).value for name, trace in given.items()}
    assert {name for name, value in verdicts.items() if value is False} == {"en-07", "zh-07"}
    assert {name for name, value in verdicts.items() if value is None} == {"en-10", "zh-10", "zh-13"}


@pytest.mark.parametrize("name", ["finqa", "table"])
def test_every_program_of_the_samples_executes(name: str) -> None:
    for question in questions(name):
        if question.meta.get("program"):
            assert derived(question).final


def test_the_forms_of_the_corpora_are_kept() -> None:
    tweets = (FOLDER / "tfns.csv").read_bytes()
    assert tweets.count(b"\r\n") == len(records("tfns")) + 1 < tweets.count(b"\n"), "lines end so, inside quotes not"
    assert any("\n" in question.question for question in questions("tfns"))
    ant = [question for question in questions("fin_eva") if question.meta["part"] == "Ant"]
    assert {question.meta["group"] for question in ant} == {"安全合规", "金融知识", "金融认知", "金融逻辑"}
    assert {question.split for question in questions("financeiq")} == {"dev", "test"}
    assert len({question.meta["task"] for question in questions("fincuge")}) == 9
    assert any(place.startswith("fin_exam_2.jsonl.gz:") for place in records("fincorpus"))


def test_no_text_is_out_of_a_corpus(data: Path) -> None:
    """A run as long as COLUMNS that a sample shares with a real record was copied, whatever file it is in."""
    ours: dict[str, Path] = {}
    for path in sorted(FOLDER.rglob("*.*")):
        if path.is_file() and path.suffix != ".md":
            ours.update((run, path) for text in texts(path) for run in runs(text))
    real = (path for path in sorted(data.rglob("*")) if path.suffix in (".json", ".jsonl", ".csv"))
    shared = {(run, path.name) for path in real for text in texts(path) for run in runs(text) if run in ours}
    assert not shared, {(run, name, ours[run].name) for run, name in shared}


def texts(path: Path) -> Iterator[str]:
    """All texts in a file's records, in small letters, Chinese characters as wide as in print, headings left out."""
    for row in rows(path, path.name):
        for text in strings(row.raw if isinstance(row, Broken) else row.value):
            small = " ".join(text.casefold().split())
            for heading in HEADINGS:
                small = small.replace(heading, "")
            yield "".join(f"{c}\0" if unicodedata.east_asian_width(c) in "WF" else c for c in small)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def runs(text: str) -> Iterator[str]:
    return (text[start : start + COLUMNS] for start in range(len(text) - COLUMNS + 1))
