import dataclasses
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import duckdb
import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cards.dataset import dataset_card
from cards.facts import DatasetFacts, Flag, Part
from cards.hub import size_category
from cards.notes import END, START, notes_of
from cards.record import as_record, of_record
from cards.render import render
from cards.words import Language
from curate.configs import COLUMNS
from curate.tables import schema
from tests.cards.facts import FULL, MINIMAL, source
from tests.cards.reading import header, table, tables

LANGUAGES: tuple[Language, ...] = get_args(Language)
EN, ZH = (dataset_card(FULL, language) for language in LANGUAGES)


def changed(facts: DatasetFacts = FULL, /, **values: Any) -> DatasetFacts:
    return dataclasses.replace(facts, **values)


# The Hub's YAML


def test_yaml() -> None:
    said = header(EN)
    assert said["license"] == "cc-by-nc-sa-4.0"
    assert said["language"] == ["en", "zh"]
    assert said["pretty_name"] == "Fin-R1-Data, made again"
    assert said["size_categories"] == ["10K<n<100K"]
    assert said["task_categories"] == ["question-answering", "text-generation"]
    assert said["tags"] == [
        *("finance", "reasoning", "chain-of-thought", "sft", "grpo", "fincurate"),
        *("professional-knowledge", "reasoning-business"),
    ]
    assert said["source_datasets"] == ["zeroshot/twitter-financial-news-sentiment"]
    assert said["dataset_info"] == list(FULL.infos)


def test_configs_hold_only_splits_with_rows_and_sft_is_the_default() -> None:
    parts = (Part("rl", "train", 3, 3, 9), Part("rl", "validation", 0, 0, 0), Part("sft", "train", 1, 1, 9))
    assert header(dataset_card(changed(parts=parts), "en"))["configs"] == [
        {"config_name": "rl", "data_files": [{"split": "train", "path": "data/rl/train-*.parquet"}]},
        {"config_name": "sft", "data_files": [{"split": "train", "path": "data/sft/train-*.parquet"}], "default": True},
    ]


def test_without_sft_another_config_is_loaded() -> None:
    card = dataset_card(changed(parts=FULL.parts[2:]), "en")
    assert [one["config_name"] for one in header(card)["configs"] if one.get("default")] == ["rl"]
    assert 'rl = load_dataset("my-org/Fin-R1-Data", "rl", revision="v1.2.0")' in card


@pytest.mark.parametrize(
    ("rows", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (60_091, "10K<n<100K"), (10**6, "1M<n<10M")],
)
def test_size_categories(rows: int, name: str) -> None:
    assert size_category(rows) == name


def test_the_chinese_card_has_no_yaml_and_each_links_to_the_other() -> None:
    assert not header(ZH)
    assert "[中文](README_zh.md)" in EN
    assert "[English](README.md)" in ZH


def test_a_release_without_rows_has_no_card() -> None:
    with pytest.raises(ValueError, match="no rows"):
        dataset_card(changed(parts=()), "en")


# What a reader can copy


def test_the_query_of_the_card_runs_on_scores_and_gives_its_rates(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "scores"
    folder.mkdir(parents=True)
    kinds = schema(COLUMNS["scores"])
    votes = [("a", 1), ("a", 0), ("a", None), ("b", 1)]
    rows = [{**dict.fromkeys(kinds.names), "judge": "rules", "criterion": name, "vote": vote} for name, vote in votes]
    pq.write_table(pa.Table.from_pylist(rows, schema=kinds), folder / "train-00000-of-00001.parquet")
    found = re.search(r"```sql\n(.*?)```", EN, re.DOTALL)
    assert found
    assert "--local-dir fin-r1-data" in EN
    query = found[1].replace("fin-r1-data/", f"{tmp_path}/")
    assert duckdb.sql(query).fetchall() == [("rules", "a", 1, 1, 1, 0.5), ("rules", "b", 1, 0, 0, 1.0)]


def test_python_of_the_card_compiles() -> None:
    for facts in (FULL, MINIMAL):
        for language in LANGUAGES:
            found = re.search(r"```python\n(.*?)```", dataset_card(facts, language), re.DOTALL)
            assert found
            compile(found[1], "card", "exec")


@pytest.mark.parametrize("card", [EN, ZH], ids=LANGUAGES)
def test_every_column_of_every_config_is_explained(card: str) -> None:
    explained = {name for row in tables(card)[0][1:] for name in re.findall(r"`(\w+)`", f"`{row[0]}`")}
    assert {name for columns in COLUMNS.values() for name, _, _ in columns} <= explained


# Hostile names, odd facts


HOSTILE = "a|b\n`c` <b>*d*</b> [e](f) <!-- notes --> <!-- end of notes --> {{ g }} $h$ ---"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_breaks_a_table_or_opens_the_notes(language: Language) -> None:
    facts = changed(
        title=HOSTILE,
        about=HOSTILE,
        about_zh=HOSTILE,
        keep=HOSTILE,
        duplicates=HOSTILE,
        criteria_set=HOSTILE,
        sources=(source(HOSTILE, title=HOSTILE, home=f"https://x.test/{HOSTILE}", citation=HOSTILE, accepted=HOSTILE),),
        flags=(Flag(HOSTILE, HOSTILE, HOSTILE, 3),),
        reasons=tuple(dataclasses.replace(one, code=HOSTILE, meaning=HOSTILE) for one in FULL.reasons),
        spent=tuple(dataclasses.replace(one, name=HOSTILE, model=HOSTILE, terms=HOSTILE) for one in FULL.spent),
        votes=tuple(dataclasses.replace(one, judge=HOSTILE, criterion=HOSTILE) for one in FULL.votes),
    )
    card = dataset_card(facts, language, "ours")
    for rows in tables(card):
        assert len({len(row) for row in rows}) == 1
    assert notes_of(card) == "ours"
    assert card.count(START) == card.count(END) == 1
    assert (header(card) != {}) == (language == "en")


def test_a_name_is_read_as_it_is_written() -> None:
    card = dataset_card(changed(flags=(Flag("finqa", "x", "1 < 2 | *3* & `4` [5](6)", 3),)), "en")
    assert table(card, "source", "flag")[0][2] == "1 < 2 | *3* & `4` [5](6)"


def test_a_citation_cannot_end_its_block() -> None:
    card = dataset_card(changed(sources=(source("mine", citation="@misc{a, note = {```}}"),)), "en")
    assert card.count("```") % 2 == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_minimal_facts_leave_nothing_empty(language: Language) -> None:
    card = dataset_card(MINIMAL, language)
    assert all(len(rows) > 1 for rows in tables(card))
    assert "\n\n\n" not in card
    assert not re.search(r"^- *$|None|\{\{|%\}", card, re.MULTILINE)


def test_one_is_one() -> None:
    card = dataset_card(MINIMAL, "en")
    assert "1 financial question with reasoning" in card
    assert "from 1 record of 1 corpus: Mine." in card


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_stands_alone_and_lists_are_whole(language: Language) -> None:
    for facts in (FULL, MINIMAL):
        lines = dataset_card(facts, language).splitlines()
        for before, line in pairwise(lines):
            if line.startswith("|") and not before.startswith("|"):
                assert before == ""
            if before.startswith("|") and not line.startswith("|"):
                assert line == ""


def test_the_same_facts_give_the_same_card_also_out_of_json() -> None:
    again = of_record(DatasetFacts, json.loads(json.dumps(as_record(FULL))))
    for language, card in zip(LANGUAGES, (EN, ZH), strict=True):
        assert dataset_card(again, language) == card


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_stand_in_their_place(language: Language) -> None:
    notes = "Ask us first.\n\n- 请先联系我们 <!-- notes -->"
    assert notes_of(dataset_card(FULL, language, notes)) == notes
    assert notes_of(dataset_card(FULL, language)) == ""


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("scores.sql.j2")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sources_of_one_title_are_told_apart_and_a_draw_is_told(language: Language) -> None:
    twice = tuple(replace(one, title="questions with traces of any model") for one in FULL.sources[:2])
    card = dataset_card(replace(FULL, sources=twice), language)
    for one in twice:
        assert (f"（{one.name}）" if language == "zh" else f"({one.name})") in card.replace("\\", "")
    assert FULL.draw in card
    assert FULL.draw not in dataset_card(replace(FULL, draw=""), language)
