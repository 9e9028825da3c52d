import dataclasses
import re
from typing import Any, get_args

import pytest

from cards.dataset import dataset_card
from cards.facts import DatasetFacts
from cards.fin_r1 import FIN_R1
from cards.reasons import REASONS_ZH
from cards.words import Language
from judges.verdict import REASONS
from tests.cards.facts import CFLUE, FINQA, FULL, MINIMAL
from tests.cards.reading import numbers, prose, table, tables

LANGUAGES: tuple[Language, ...] = get_args(Language)
EN, ZH = (dataset_card(FULL, language) for language in LANGUAGES)


def as_is(count: int) -> str:
    return f"{count:,}"


def changed(facts: DatasetFacts = FULL, /, **values: Any) -> DatasetFacts:
    return dataclasses.replace(facts, **values)


# The same numbers in both languages, and the facts' own


def test_both_languages_have_the_same_tables_with_the_same_numbers() -> None:
    english, chinese = tables(EN), tables(ZH)
    assert len(english) == len(chinese) == 22
    for one, other in zip(english, chinese, strict=True):
        assert len(one) == len(other)
        assert [numbers(" ".join(row)) for row in one[1:]] == [numbers(" ".join(row)) for row in other[1:]]


@pytest.mark.parametrize("facts", [FULL, MINIMAL], ids=["full", "minimal"])
def test_both_languages_say_the_same_numbers_in_the_same_order(facts: DatasetFacts) -> None:
    english, chinese = (prose(dataset_card(facts, language)) for language in LANGUAGES)
    assert sorted(numbers(english)) == sorted(numbers(chinese))


def test_parts() -> None:
    rows = table(EN, "config", "split")
    assert [row[:4] for row in rows] == [[p.config, p.split, as_is(p.rows), as_is(p.groups)] for p in FULL.parts]
    assert [row[4] for row in rows] == ["31.2 MB", "612.3 kB", "7.7 MB", "154.3 kB", "9.9 MB", "11.1 MB"]


def test_sources_and_modules() -> None:
    assert table(EN, "source", "name here") == [
        ["FinQA", "finqa", "English", "reasoning business", "–", "3,000", "33.7%", "1,877"],
        [
            *("Twitter Financial News Sentiment", "tweets", "English", "reasoning business", "–"),
            *("4,410", "49.5%", "1,205"),
        ],
        ["CFLUE", "cflue", "Chinese", "professional knowledge", "mcq_to_open", "1,501", "16.8%", "702"],
    ]
    assert table(ZH, "模块") == [["专业知识", "1,501", "16.8%", "702"], ["推理类业务", "7,410", "83.2%", "3,082"]]


def test_languages_kinds_teachers_and_lengths() -> None:
    assert table(ZH, "语言") == [["英文", "7,410", "3,082"], ["中文", "1,501", "702"]]
    assert table(EN, "kind of answer") == [
        ["number", "2,604", "1,877"],
        ["label", "4,410", "1,907"],
        ["text", "1,897", "0"],
    ]
    assert table(EN, "who wrote the reasoning") == [["deepseek-reasoner", "8,911"]]
    assert table(EN, "config", "part")[1] == [
        *("sft", "reasoning", "Chinese"),
        *("1,501", "1,903.5", "1,744.0", "4,217", "9,026"),
    ]


def test_beside_fin_r1() -> None:
    """Against the paper's own table: FinQA 8.28k to 2,948, TFNS 11.93k to 2,451, 870.76k to 60,091 in all."""
    found = {row[0]: row[1:] for row in table(EN, "", "records here")}
    assert found["FinQA"] == ["6,251", "3,000", "33.7%", "48.0%", "8,280", "2,948", "4.9%", "35.6%"]
    assert found["TFNS"] == ["9,543", "4,410", "49.5%", "46.2%", "11,930", "2,451", "4.1%", "20.5%"]
    assert found["reasoning business"][4:6] == ["101,000", "15,028"]
    assert found["total"] == ["18,658", "8,911", "100.0%", "47.8%", "870,760", "60,091", "100.0%", "6.9%"]
    assert list(found) == ["FinQA", "TFNS", "professional knowledge", "reasoning business", "total"]


def test_fin_r1_adds_up_to_what_the_paper_says() -> None:
    assert (sum(one.original for one in FIN_R1), sum(one.kept for one in FIN_R1)) == (870_760, 60_091)


def test_a_release_that_shares_nothing_with_fin_r1_is_not_compared() -> None:
    assert "Beside Fin-R1" not in dataset_card(MINIMAL, "en")


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (("source", "records"), ("records", "unreadable", "questions", "dropped", "untraced")),
        (
            ("source", "answer right"),
            (
                *("answer_right", "answer_wrong", "answer_undecided"),
                *("reasoning_good", "reasoning_bad", "reasoning_undecided", "sft", "rl", "rejects"),
            ),
        ),
    ],
)
def test_the_funnel_by_source_and_in_all(headings: tuple[str, ...], fields: tuple[str, ...]) -> None:
    rows = table(EN, *headings)
    for row, one in zip(rows, FULL.sources, strict=False):
        assert row[: len(fields) + 1] == [one.name, *(as_is(getattr(one, field)) for field in fields)]
    sums = [sum(getattr(one, field) for one in FULL.sources) for field in fields]
    assert rows[-1][: len(fields) + 1] == ["total", *map(as_is, sums)]


def test_unfinished_questions_are_told_in_the_funnel_and_among_the_limits() -> None:
    assert table(EN, "source", "records")[0][-1] == as_is(FINQA.pending + FINQA.failed)
    assert "- 7 questions are unfinished" in EN
    assert "- 有 7 道题未完成" in ZH


def test_reasons_in_the_words_of_each_language() -> None:
    assert table(EN, "label", "reason") == [[r.label, r.code, r.meaning, as_is(r.rows)] for r in FULL.reasons]
    rows = [[r.code, REASONS_ZH[r.code], as_is(r.rows)] for r in FULL.reasons]
    assert [row[1:] for row in table(ZH, "结论", "原因")] == rows


def test_every_reason_has_its_chinese_meaning() -> None:
    assert set(REASONS_ZH) == set(REASONS)


def test_votes_agreement_and_calibration() -> None:
    assert table(EN, "judge", "has a say") == [
        ["qwen", "yes", "internal_consistency", "9,212", "2,301", "320", "80.0%"],
        ["qwen", "yes", "step_count", "10,007", "1,699", "127", "85.5%"],
        ["rules", "no", "internal_consistency", "8,801", "1,402", "1,630", "86.3%"],
        ["rules", "no", "step_count", "11,204", "629", "0", "94.7%"],
    ]
    assert table(EN, "judges") == [
        ["qwen / rules", "internal_consistency", "11,833", "1,801", "8,655", "86.3%", "0.413"],
        ["qwen / rules", "step_count", "11,833", "127", "11,706", "100.0%", "–"],
    ]
    assert table(EN, "judge", "criterion") == [
        ["qwen", "step_count", "117", "92.3% (86.1%, 95.9%)", "0.711 (0.553, 0.849)"],
        ["qwen", "good trace", "111", "84.7% (76.8%, 90.2%)", "–"],
    ]
    assert "3 people labelled 120 traces" in EN
    assert "with 95% intervals" in EN
    assert "`step_count`: number of steps" in EN
    assert "`step_count`：推理步骤数" in ZH


def test_votes_that_nobody_could_decide_have_no_rate() -> None:
    none = dataclasses.replace(FULL.votes[0], met=0, failed=0)
    assert table(dataset_card(changed(votes=(none,)), "en"), "judge", "has a say")[0][-1] == "–"


def test_a_release_without_calibration_says_so() -> None:
    card, chinese = (dataset_card(changed(calibration=None), language) for language in LANGUAGES)
    assert "**Not calibrated.**" in card
    assert "- The judges were not calibrated" in card
    assert "not calibrated" in chinese
    assert "not calibrated" not in EN.lower() + ZH.lower()


@pytest.mark.parametrize(
    ("keep", "english", "chinese"),
    [
        ("all", "meets every criterion", "每条标准都满足"),
        ("5 of 7", "meets at least 5 of 7", "7 条标准中至少满足 5 条"),
        ("6 points (step_count counts 2)", "gets at least 6 points", "至少得 6 分（step\\_count 计 2），评审即判"),
        ("6 points (a counts 2, b counts 0.5)", "gets at least 6 points", "至少得 6 分（a 计 2，b 计 0.5），评审"),
    ],
)
def test_the_keep_rule_in_words(keep: str, english: str, chinese: str) -> None:
    assert english in dataset_card(changed(keep=keep), "en")
    assert chinese in dataset_card(changed(keep=keep), "zh")


def test_screens() -> None:
    assert table(EN, "source", "flag") == [["finqa", "gold_conflict", "the two golds contradict each other", "437"]]
    assert table(EN, "benchmark") == [
        ["finqa-test", "test.json, private_test.json", "438"],
        ["fineval", "dev.csv", "0"],
    ]
    assert table(EN, "private data") == [["email", "7", "addresses of the firms' own press desks"]]
    assert "alike by 0.85 or more (Jaccard) count as one. 1,407 questions were dropped" in EN
    assert "masked, in 23 questions" in EN
    assert "涉及 23 道题" in ZH


def test_splits_band_and_cost() -> None:
    assert "(seed 19, 2% of the groups for validation)" in EN
    assert "on both sides: 0." in EN
    assert "word for word in train: 5." in EN
    for number in ("6,021", "8 answers", "5,987", "3,799", "10%", "90%", "17", "1,234.56", "0.1385"):
        assert number in EN
        assert number.removesuffix(" answers") in ZH


def test_the_band_tells_who_was_not_asked_to_the_end_where_there_is_anybody() -> None:
    assert FULL.band
    for language, missing in zip(
        LANGUAGES, ("Answers are missing to 17 candidates", "有 17 道的回答不全"), strict=True
    ):
        assert missing in dataset_card(FULL, language)
        whole = dataset_card(changed(band=dataclasses.replace(FULL.band, unfinished=0)), language)
        assert missing[:11] not in whole


@pytest.mark.parametrize(
    ("share", "told"), [(0.02, "2%"), (0.0004, "0.04%"), (0.125, "12.5%"), (1 / 3, "33.33333333333333%"), (0.1, "10%")]
)
def test_shares_that_somebody_chose_have_all_their_digits(share: float, told: str) -> None:
    card, chinese = (dataset_card(changed(validation=share), language) for language in LANGUAGES)
    assert f"(seed 19, {told} of the groups for validation)" in card
    assert f"（种子 19，{told} 的组作为验证集）" in chinese


def test_a_cost_that_is_not_known_is_not_nothing() -> None:
    free = dataclasses.replace(FULL.spent[1], usd=None)
    for language, told in zip(
        LANGUAGES,
        ("cost is not known: the recipe tells no price of judge.", "费用未知：配方没有写明 judge 的价格。"),
        strict=True,
    ):
        assert told not in dataset_card(FULL, language)
        card = dataset_card(changed(usd=None, spent=(FULL.spent[0], free)), language)
        assert told in card
        assert "US dollars by" not in card
        assert "美元，平均" not in card
        assert [rows[2][-1] for rows in tables(card) if rows[0][1] in ("model", "模型")] == ["–"]


@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        ({"limit": 1}, "Only the first 1 record of each source was read.", "每个来源只读取了前 1 条记录。"),
        ({"limit": 1500}, "first 1,500 records of each source were read.", "只读取了前 1,500 条记录。"),
        ({"stopped": "budget"}, "stopped at its budget: 3 questions wait for calls.", "停止，尚有 3 道题等待调用。"),
        (
            {"stopped": "interrupted", "sources": (dataclasses.replace(FINQA, pending=0),)},
            "stopped before its end: some calls were not made.",
            "运行中途停止，部分调用没有发出。",
        ),
    ],
)
def test_a_run_that_is_not_the_whole_is_told(values: dict[str, Any], english: str, chinese: str) -> None:
    for language, told, whole in zip(LANGUAGES, (english, chinese), (EN, ZH), strict=True):
        assert told in dataset_card(changed(**values), language)
        assert told not in whole


@pytest.mark.parametrize("config", ["sft", "scores", "rejects"])
def test_no_config_is_promised_that_is_not_there(config: str) -> None:
    told = {
        "sft": ("(config `sft`)", "（配置 `sft`）"),
        "scores": ("vote is published", "投票一并公开"),
        "rejects": ("stands in `rejects`", "可在 `rejects` 中查到"),
    }[config]
    parts = tuple(part for part in FULL.parts if part.config != config)
    for language, words, whole in zip(LANGUAGES, told, (EN, ZH), strict=True):
        assert words in whole
        card = dataset_card(changed(parts=parts), language)
        assert words not in card
        assert f'load_dataset("my-org/Fin-R1-Data", "{config}"' not in card


def test_each_card_tells_what_it_is_about_in_the_words_that_there_are() -> None:
    for language in LANGUAGES:
        assert "\nonly here\n" in dataset_card(changed(about="only here", about_zh=""), language)
        assert "\n只在这里\n" in dataset_card(changed(about="", about_zh="只在这里"), language)
    assert FULL.about_zh not in EN
    assert FULL.about not in ZH


def test_licences_and_citations() -> None:
    rows = table(EN, "source", "licence")
    assert rows[2] == [
        *("CFLUE", "CC-BY-NC-SA-4.0", "attribution, non-commercial, share-alike"),
        *("<https://github.com/aliyun/cflue>", "–"),
    ]
    assert rows[1][-1] == FULL.sources[1].revision
    assert table(ZH, "来源", "许可证")[2][2] == "署名、非商业性使用、相同方式共享"
    for card in (EN, ZH):
        assert "the release carries the same licence" in card
        assert "```bibtex\n@misc{tfns," in card
        assert "- Chen et al., FinQA" in card


def test_a_corpus_of_ones_own_is_the_publishers() -> None:
    for language, home in (("en", "the publishers' own"), ("zh", "发布者自有")):
        card = dataset_card(MINIMAL, language)
        (row,) = [rows[1] for rows in tables(card) if rows[0][1] in ("licence", "许可证")]
        assert row[3] == home


def test_models_terms_and_changes() -> None:
    assert table(EN, "name", "model")[0] == [
        *("teacher", "deepseek-reasoner", "deepseek-reasoner-0528", "writing reasoning", "temperature 0.6, top_p 0.95"),
        *("21,044", "17,222,333", "64,555,666", "1,151.37"),
    ]
    assert "- deepseek-reasoner: outputs may be used for training" in EN
    assert table(EN, "config", "rows were") == [
        ["sft", "added", "newly read", "907"],
        ["rejects", "moved", "number_differs", "58"],
    ]
    assert table(ZH, "配置", "变化")[0] == ["sft", "新增", "新读入", "907"]
    assert "This is the first version." in dataset_card(MINIMAL, "en")
    assert "No row changed since v1.1.0" in dataset_card(changed(changes=()), "en")


# Limits only where facts call for them


@pytest.mark.parametrize(
    ("values", "limit"),
    [
        ({"calibration": None}, "not calibrated against people"),
        ({"votes": tuple(dataclasses.replace(v, judge="rules", sits=True) for v in FULL.votes)}, "No model judged"),
        ({"votes": tuple(dataclasses.replace(v, sits=True) for v in FULL.votes)}, None),
        ({"benchmarks": ()}, "not screened against any benchmark"),
        ({"band": None}, "No student model was asked"),
        ({"leaks": 2}, "2 groups stand in both"),
        ({"sources": (dataclasses.replace(FINQA, licence="our own", terms=""),)}, "These sources state no licence"),
        ({"sources": (dataclasses.replace(FINQA, terms="no redistribution"),)}, "These sources state no licence"),
        (
            {"spent": tuple(dataclasses.replace(one, terms="") for one in FULL.spent)},
            "nothing of the terms of deepseek-reasoner",
        ),
    ],
)
def test_a_limit_is_told_where_it_holds(values: dict[str, Any], limit: str | None) -> None:
    card = _limits(dataset_card(changed(**values), "en"))
    if limit is None:
        assert "A single judge decided" in _limits(EN)
        assert "A single judge decided" not in card
    else:
        assert limit not in _limits(EN)
        assert limit in card


def test_a_licence_that_forbids_commerce_is_a_limit() -> None:
    assert "forbid commercial use: CFLUE." in EN
    assert "forbid commercial use" not in dataset_card(changed(sources=(FINQA,)), "en")
    spelt = dataclasses.replace(CFLUE, licence="CC BY NC 4.0", terms="attribution, non-commercial")
    assert "forbid commercial use: CFLUE." in dataset_card(changed(sources=(spelt,)), "en")
    assert "CFLUE" not in _limits(
        dataset_card(changed(sources=(dataclasses.replace(spelt, terms="no conditions"),)), "en")
    )
    assert CFLUE.title in _limits(EN)


def test_both_languages_have_as_many_limits() -> None:
    bare = changed(calibration=None, benchmarks=(), band=None, leaks=3, spent=FULL.spent[1:])
    for facts in (FULL, MINIMAL, bare):
        english, chinese = (dataset_card(facts, language) for language in LANGUAGES)
        assert _limits(english).count("\n- ") == _limits(chinese).count("\n- ")


def _limits(card: str) -> str:
    found = re.search(r"^## (?:Limits|局限).*?(?=^## )", card, re.DOTALL | re.MULTILINE)
    assert found
    return found[0]
