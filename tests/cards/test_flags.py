import re
from dataclasses import replace

import pytest

from cards.dataset import dataset_card
from cards.facts import Flag, Source
from cards.flags import FLAGS_ZH
from cards.numbers import in_words
from cards.words import ZH, words
from curate.identity import published
from curate.names import known, module
from curate.records import COMMON_DEFECTS, SourceInfo
from tests.cards.facts import FULL, source
from tests.cards.reading import table

INFOS: dict[str, SourceInfo] = {name: module("source", name).INFO for name in known("source")}
MEANINGS = {
    (use, flag): meaning for use, info in INFOS.items() for flag, meaning in {**info.defects, **COMMON_DEFECTS}.items()
}


@pytest.mark.parametrize(("use", "flag"), MEANINGS)
def test_a_flag_of_every_source_has_its_chinese_meaning_with_the_same_numbers(use: str, flag: str) -> None:
    english = MEANINGS[use, flag]
    chinese = FLAGS_ZH[english]
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert sorted(_numbers(english)) == sorted(_numbers(chinese))


def test_no_meaning_is_stale() -> None:
    assert set(FLAGS_ZH) == set(MEANINGS.values())


def test_no_title_and_no_home_is_stale() -> None:
    for group, stated in (
        ("title:", {one.title for one in INFOS.values()}),
        ("home:", {one.home for one in INFOS.values()}),
    ):
        assert {code.removeprefix(group) for code in ZH if code.startswith(group)} <= stated


def test_the_flags_of_every_source_read_in_their_cards_language() -> None:
    facts = replace(
        FULL,
        sources=tuple(_source(use) for use in INFOS),
        flags=tuple(Flag(use, flag, meaning, 7) for (use, flag), meaning in MEANINGS.items()),
    )
    english, chinese = (
        table(dataset_card(facts, "en"), "source", "flag"),
        table(dataset_card(facts, "zh"), "来源", "标记"),
    )
    assert [row[2] for row in english] == list(MEANINGS.values())
    assert [row[2] for row in chinese] == [FLAGS_ZH[meaning] for meaning in MEANINGS.values()]


@pytest.mark.parametrize("meaning", ["it was translated, by a machine", "text", "split", ""])
def test_a_users_own_flag_stays_in_its_own_words(meaning: str) -> None:
    facts = replace(FULL, flags=(Flag("mine", "gold_missing", meaning, 7),))
    assert table(dataset_card(facts, "zh"), "来源", "标记") == [["mine", "gold_missing", meaning or "–", "7"]]


@pytest.mark.parametrize(
    ("use", "title", "home"),
    [
        ("table", "自备题目表", "发布者自有"),
        ("traces", "自备的带推理过程的题目", "发布者自有"),
        ("compliance", "多智能体合规检查日志（CCC）", "发布者自有"),
        ("finpee", "FinPEE", "上海财经大学（未公开）"),
        ("fincorpus", "FinCorpus（试题部分）", "<https://huggingface.co/datasets/Duxiaoman-DI/FinCorpus>"),
        ("finqa", "FinQA", "<https://github.com/czyssrs/FinQA>"),
    ],
)
def test_titles_and_homes_read_in_chinese(use: str, title: str, home: str) -> None:
    card = dataset_card(replace(FULL, sources=(_source(use),)), "zh")
    (licence,) = table(card, "来源", "许可证")
    assert (licence[0], licence[3]) == (title, home)
    assert table(card, "来源", "本数据集中的名称")[0][0] == title


def test_prose_names_sources_and_models_in_chinese() -> None:
    model = "judge-72b at a private address"
    spent = replace(FULL.spent[0], model=model, terms="")
    sources = (
        replace(_source("table"), licence="unknown", terms=""),
        replace(_source("fincorpus"), accepted="asked for"),
    )
    card = dataset_card(replace(FULL, sources=sources, spent=(spent,)), "zh")
    assert "自备题目表、FinCorpus（试题部分）。" in card
    assert "请征求其权利人同意：自备题目表。" in card
    assert "- FinCorpus（试题部分）（MIT）：asked for" in card
    assert "由它们撰写：judge-72b（内部地址）。" in card


@pytest.mark.parametrize("title", ["text", "Deals, 2021", "reasoning"])
def test_a_users_own_title_stays(title: str) -> None:
    card = dataset_card(replace(FULL, sources=(source("mine", title=title),)), "zh")
    assert table(card, "来源", "许可证")[0][0] == title


@pytest.mark.parametrize(
    ("identity", "english", "chinese"),
    [
        ("http://10.0.0.7:8000/v1 /models/judge-72b", "judge-72b at a private address", "judge-72b（内部地址）"),
        ("https://llm.example.com/v1 qwen", "qwen at llm.example.com", "qwen（llm.example.com）"),
        ("vllm:Qwen/Qwen2.5-7B-Instruct@main", *["vllm:Qwen/Qwen2.5-7B-Instruct@main"] * 2),
    ],
)
def test_where_a_model_runs(identity: str, english: str, chinese: str) -> None:
    assert FULL.band
    model = published(identity)
    facts = replace(FULL, spent=(replace(FULL.spent[0], model=model),), band=replace(FULL.band, student=model))
    assert table(dataset_card(facts, "en"), "name", "model")[0][1] == english
    assert table(dataset_card(facts, "zh"), "名称", "模型")[0][1] == chinese
    said = in_words(facts, words("zh")).band
    assert said
    assert said.student == chinese


def test_nothing_else_of_the_facts_changes() -> None:
    facts = replace(FULL, sources=(FULL.sources[0], source("mine", title="text")))
    assert in_words(facts, words("en")) == facts


def _source(use: str) -> Source:
    return source(use, title=INFOS[use].title, home=INFOS[use].home)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)
