"""Overlap with benchmark sets: every disguise of an item is found, what only looks like it is not."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.records import Question
from curate.screen.overlap import Benchmarks
from curate.screen.overlap_grams import Index, digits, signature
from curate.screen.words import words
from tests.bench import overlap as bench

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "data"

PAGE = """The harbour segment moves grain, ore and timber through four terminals on the northern coast.
Volumes fell in the second quarter because the lock at Ostwick was closed for repairs during seven weeks.
 | 2016 | 2017
handling fees | $ 48,310 | $ 52,775
storage | 17,246 | 16,903
towage and pilots | 9,417 | 10,288
In 2017 the company paid $3.25 million to widen the basin, and a further 41.75% of that sum is due next year.
Management expects that storage will recover once the new silo, which holds 61,400 tonnes, is opened in May."""
LATER = """The harbour segment moves grain, ore and timber through four terminals on the northern coast.
Volumes rose in the second quarter because the lock at Ostwick was open again after its repairs.
 | 2017 | 2018
handling fees | $ 52,775 | $ 57,120
storage | 16,903 | 18,655
towage and pilots | 10,288 | 11,934
In 2018 the company paid $4.87 million to widen the basin, and a further 33.18% of that sum is due next year.
Management expects that storage will recover once the new silo, which holds 64,900 tonnes, is opened in May."""
BANKS = """Deposits of the savings bank grew in all districts but one, and lending to farmers was resumed in the autumn.
 | 2016 | 2017
deposits | 713,205 | 748,119
loans to households | 401,882 | 412,460
The bank keeps a reserve of 58,334 against losses, which its auditors found to be prudent and well documented."""
YEARBOOK = """盐湖化工股份有限公司本年度实现营业收入三十七亿元，其中钾肥业务贡献最大，碳酸锂业务受价格回落影响有所下降。
报告期内，公司完成了二期提锂装置的技术改造，新增产能12,500吨，改造支出为8,643万元。
公司经营活动产生的现金流量净额为152,370万元，上年同期为118,925万元，主要原因是回款加快。
年末存货账面价值46,718万元，计提跌价准备2,139万元，应收账款周转天数为34.75天。"""

STEM, RIGHT = "融资租赁公司计提的风险准备金，其计提基数不包括（）。", "已全额收取保证金的应收租赁款"
MCQ_ZH = {"A": "逾期应收租赁款", "B": RIGHT, "C": "售后回租形成的长期应收款", "D": "委托租赁垫付款项"}
MCQ_EN = {"A": "the clearing house", "B": "the issuing broker", "C": "the exchange's guarantee fund", "D": "nobody"}


def item(asked: str, *, of: str = "set:1", **parts: Any) -> Question:
    parts = {"language": "en", "answer_kind": "number", "gold": None, "licence": "MIT", "task": "", "group": of} | parts
    return Question(id=of, source="set", source_id=of, question=asked, **parts)


CHANGE = "what was the percentage change in storage from 2016 to 2017?"
PORT = item(CHANGE, context=PAGE, gold="-1.99%", answer_kind="percent")
LAKE = item("公司经营活动现金流量净额同比增长多少？", of="set:2", language="zh", context=YEARBOOK, gold="28.12%")
EXAM = item(STEM, of="set:3", language="zh", options=MCQ_ZH, gold="B", answer_kind="choice")
BROKER = item(
    "Who bears the loss if a clearing member of a futures exchange defaults and its own margin is used up?",
    of="set:4",
    options=MCQ_EN,
    gold="C",
    answer_kind="choice",
)
FORMULA = item(
    "下列关于可转换债券的说法中，正确的是（）。",
    of="set:5",
    language="zh",
    options={"A": "票面利率通常高于普通债券", "B": "持有人须在到期日转股", "C": "发行人可附赎回条款", "D": "不计利息"},
    gold="C",
    answer_kind="choice",
)
SETS = (PORT, LAKE, EXAM, BROKER, FORMULA)


def made(*items: Question, documents: bool = False) -> Benchmarks:
    benchmarks = Benchmarks()
    for one in items or SETS:
        benchmarks.add(one, documents=documents)
    return benchmarks


def found(question: Question, *items: Question) -> str | None:
    """The item that a question, under another name, is said to overlap with."""
    other = replace(question, id="train:9", group="train:9")
    hit = made(*items).hit(other, documents=False)
    return hit.question_id if hit else None


@pytest.mark.parametrize("original", SETS, ids=lambda one: one.id)
@pytest.mark.parametrize("context", ["whole", "1st half", "2nd half"])
@pytest.mark.parametrize("disguise", ["verbatim", "sentence order", "number format", "punctuation"])
def test_every_disguise_is_found(original: Question, context: str, disguise: str) -> None:
    (planted,) = bench.disguised([original], disguise, context, seed=3)
    assert found(planted) == original.id


@pytest.mark.parametrize(
    "text",
    [
        PAGE.replace("$3.25 million", "$3,250,000").replace("48,310", "48310").replace("41.75%", "41.750 %"),
        PAGE.replace("48,310", "48.31 thousand").replace("52,775", "５２７７５"),
        PAGE.translate(str.maketrans({",": "，", ".": "．", "(": "（", "|": "｜", "$": "＄", "%": "％"})),
        "\n".join(reversed(PAGE.split("\n"))),
        "Answer briefly. Read this report first.\n" + PAGE + "\n" + BANKS,
        "\n".join(PAGE.split("\n")[2:6]),
    ],
    ids=["scales", "thousands", "punctuation", "rows", "within more", "table alone"],
)
def test_a_page_is_known_in_other_writing(text: str) -> None:
    assert found(replace(PORT, context=text, question="by how much did storage change from 2016 to 2017?")) == PORT.id


def test_a_page_is_known_whatever_is_asked_about_it() -> None:
    assert found(item("name the terminals", context=PAGE)) == PORT.id
    assert found(item(f"{PAGE}\nname the terminals")) == PORT.id


@pytest.mark.parametrize(
    ("asked", "answer", "original"),
    [
        ("融资租赁公司计提风险准备金时，计提基数不包含什么？", RIGHT, EXAM),
        ("在计提风险准备金时，融资租赁公司的哪些款项不计入基数？", RIGHT, EXAM),
        (
            "If a clearing member of a futures exchange defaults and has used up its margin, who bears the loss?",
            "The exchange's guarantee fund.",
            BROKER,
        ),
    ],
)
def test_a_multiple_choice_question_is_known_in_its_open_rewriting(asked: str, answer: str, original: Question) -> None:
    rewritten = replace(original, question=asked, options={}, gold=answer, answer_kind="text")
    assert found(rewritten) == original.id
    benchmark = replace(rewritten, id="set:8", group="set:8")
    assert found(original, benchmark) == benchmark.id


def test_without_its_page_a_question_needs_its_answer() -> None:
    assert found(replace(PORT, context="")) == PORT.id
    assert found(replace(PORT, context="", gold="14.6%")) is None
    assert found(replace(PORT, context="", gold=None)) == PORT.id


@pytest.mark.parametrize(
    "other",
    [
        replace(PORT, context=BANKS, gold="4.89%"),
        replace(PORT, context=LATER, question=CHANGE.replace("2017", "2018").replace("2016", "2017"), gold="10.36%"),
        item("what did the terminals move?", context=PAGE.split("\n")[0], gold="grain, ore and timber"),
        replace(
            EXAM,
            question="信托公司计提的赔偿准备金，其用途不包括（）。",
            options={"A": "弥补经营亏损", "B": "分配股利"},
        ),
        replace(EXAM, question="下列各项中，不包括在内的是（）。", options={"A": "股票", "B": "期权"}),
        replace(
            FORMULA,
            question="下列关于存托凭证的说法中，正确的是（）。",
            options={
                "A": "由境外发行人直接登记",
                "B": "以人民币计价交易",
                "C": "不可转换为基础证券",
                "D": "无须存托人",
            },
        ),
        replace(
            FORMULA,
            options={"A": "转股价格一经确定不得修正", "B": "属于混合融资工具", "C": "回售权归发行人", "D": "无到期日"},
        ),
        item("下列说法中，正确的是（）。", language="zh", options={"A": "甲", "B": "乙"}, gold="A"),
        item("", context=""),
        item("？！", language="zh"),
    ],
    ids=[
        "formula, other company",
        "same company, other year",
        "one sentence of the page",
        "other stem, same form",
        "form alone",
        "stem's formula, other thing",
        "same stem, other options",
        "nothing but form",
        "empty",
        "no words",
    ],
)
def test_what_only_looks_alike_is_let_through(other: Question) -> None:
    assert found(other) is None


def test_documents_are_compared_where_both_sides_name_them() -> None:
    benchmarks = made(replace(PORT, group="PORT/2017/page_3.pdf"), documents=True)
    other = item("what is towage?", of="train:9", group="PORT/2017/page_3.pdf", context=BANKS)
    hit = benchmarks.hit(other, documents=True)
    assert hit is not None
    assert (hit.question_id, hit.how) == (PORT.id, "the same document")
    assert benchmarks.hit(other, documents=False) is None
    assert made(replace(PORT, group="PORT/2017/page_3.pdf")).hit(other, documents=True) is None


def test_instructions_that_all_items_share_do_not_count() -> None:
    told = "Read the message of a customer below and say in one word whether it is a complaint, a question or praise: "
    texts = random.Random(5)
    letters = ["".join(texts.choices("abcdefgh", k=6)) for _ in range(400)]
    items = [item(told + " ".join(texts.choices(letters, k=12)), of=f"set:{n}", gold="praise") for n in range(40)]
    other = item(told + " ".join(texts.choices(letters, k=12)), gold="praise")
    assert found(other, *items) is None
    assert found(items[7], *items) == "set:7"


TWEETS = (
    "Orla Bank lifts its dividend after a strong quarter of lending",
    "Orla Bank cuts its dividend after a weak quarter of lending",
    "Velm Foods lifts its outlook as the price of wheat falls",
    "Velm Foods cuts its outlook as the price of wheat climbs",
    "Hallow Steel shares little changed on light volume",
)


@pytest.mark.parametrize("kind", ["label", "choice"])
def test_labels_that_all_items_share_are_no_witness(kind: str) -> None:
    options = {"0": "Bearish", "1": "Bullish", "2": "Neutral"}
    parts: dict[str, Any] = {"answer_kind": kind, "options": options, "gold": "1"}
    items = [item(text, of=f"set:{number}", **parts) for number, text in enumerate(TWEETS)]
    near = item("Orla Bank lifts its dividend after a quarter of record fees", of="mine:1", **parts)
    assert found(near, *items) is None
    assert found(item(TWEETS[0], of="mine:2", **parts), *items) is not None


def test_the_hit_says_what_is_shared() -> None:
    hit = made().hit(replace(PORT, group="train"), documents=False)
    assert hit is not None
    assert hit.how == "100% of its text, 9 of its 9 numbers"


def test_nothing_is_added_after_the_first_question() -> None:
    benchmarks = made(PORT)
    benchmarks.hit(LAKE, documents=False)
    with pytest.raises(ValueError, match="after the first question"):
        benchmarks.add(PORT, documents=False)


def test_options_of_numbers_alone_prove_little() -> None:
    options = {"A": "0", "B": "4%", "C": "10%", "D": "15%"}
    capital = item("系统重要性银行的附加资本要求一般不应高于（）。", language="zh", options=options, gold="B")
    reserve = replace(capital, question="外汇存款的准备金比率一般不应高于（）。", gold="C")
    assert found(reserve, replace(capital, id="set:6")) is None
    assert (
        found(replace(capital, question="系统重要性银行附加资本要求不应高于（）"), replace(capital, id="set:6"))
        == "set:6"
    )


def test_an_empty_set_overlaps_with_nothing() -> None:
    assert Benchmarks().hit(PORT, documents=True) is None


@pytest.mark.parametrize(("one", "other"), [("3.25", "3250000"), ("1250", "125"), ("0.1704", "17.04"), ("0.0", "000")])
def test_digits_are_the_same_in_every_scale(one: str, other: str) -> None:
    assert digits(one) == digits(other)


def test_a_year_is_kept_apart_from_its_digits() -> None:
    assert (digits("2010"), digits("201")) == ("2010", "201")


@settings(max_examples=40)
@given(st.lists(st.text("甲乙丙ab19 .", max_size=12), max_size=40))
def test_shared_counts_are_those_of_sets(parts: list[str]) -> None:
    found = [signature(words(part * 3)).text for part in parts]
    index = Index(1 << 30)
    for number, grams in enumerate(found):
        index.add(number, grams)
    for grams in found:
        sets = [len(set(grams.hashes.tolist()) & set(other.hashes.tolist())) for other in found]
        assert index.shared(grams) == {number: count for number, count in enumerate(sets) if count}


def test_long_pages_are_known_by_a_sample() -> None:
    chance = random.Random(11)
    vocabulary = ["".join(chance.choices("abcdefghij", k=5)) for _ in range(3000)]
    long, short = (" ".join(chance.choices(vocabulary, k=count)) for count in (4000, 120))
    page, note = item("what is said?", of="set:1", context=long), item("who says it?", of="set:2", context=short)
    middle = " ".join(long.split()[1000:1400])
    assert signature(words(long)).text.sampled
    assert found(item("what else?", context=long), page, note) == "set:1"
    assert found(item("what else?", context=long + " " + short), note) == "set:2"
    assert found(item("what is said?", context=middle), page, note) == "set:1"
    assert found(item("what else?", context=" ".join(chance.choices(vocabulary, k=4000))), page, note) is None


SCRIPT = """
import json, sys
from tests.curate.screen.test_overlap import SETS, made
from tests.bench.overlap import DISGUISES, disguised
hits = [made().hit(one, documents=False) for name in DISGUISES for one in disguised(SETS, name, "1st half", 3)]
print(json.dumps([hit and [hit.question_id, hit.how] for hit in hits]))
"""


def test_every_process_says_the_same() -> None:
    said = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", SCRIPT]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        said.append(json.loads(ended.stdout))
    assert said[0] == said[1]
    assert all(said[0])


@pytest.mark.skipif(not REAL.is_dir(), reason="real corpora are not here: ../shared/data")
def test_on_real_records_plants_are_found_and_clean_data_is_let_through() -> None:
    sets = bench.corpora(REAL)
    for name, least in (("FinQA test", 0.98), ("CFLUE", 0.97)):
        items, others = bench.halves(sets[name])
        benchmarks = bench.benchmarks(items)
        for disguise in bench.DISGUISES:
            planted = bench.disguised(items, disguise, "whole", seed=17)
            assert len(bench.hits(benchmarks, planted)) >= least * len(planted), (name, disguise)
        assert len(bench.hits(benchmarks, others)) <= 0.02 * len(others), name
    finqa = bench.benchmarks(sets["FinQA test"])
    assert not bench.hits(finqa, sets["FinQA train, raw"])
    assert len(bench.hits(finqa, sets["FinQA train, flat"])) <= 1
