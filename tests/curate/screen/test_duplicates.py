"""Duplicates: exact ones, near ones, golds that contradict each other, and what must survive."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.records import Language, Question
from curate.screen import nearby
from curate.screen.duplicates import Duplicate, Duplicates
from curate.screen.golds import disagree, note
from curate.screen.shingles import LENGTH
from curate.screen.words import signed

EN = "What is the percentage change of the net interest margin of the bank between both years in the table above?"
ZH = "下列关于商业银行核心一级资本充足率的计算方法和监管要求的说法中正确的是哪一项"
PAGE = (
    "The lender reports income from loans, deposits, cards and custody; margins narrowed while fees grew, and the "
    "board expects the trend to go on as rates fall, costs rise and competitors enter the market for small firms. "
)
BODY = "该行披露贷款、存款、银行卡和托管业务收入，息差收窄而手续费增长，董事会预计随着利率下行、成本上升趋势将延续。"
OPTIONS = {"A": "实收资本", "B": "次级债券", "C": "盈余公积", "D": "未分配利润"}


def ask(question: str = EN, **changes: Any) -> Question:
    language: Language = "en" if question.isascii() else "zh"
    fields: dict[str, Any] = {"language": language, "answer_kind": "number", "gold": None, "question": question}
    return Question(
        **{**dict.fromkeys(("id", "source", "source_id", "group", "task", "licence"), "x"), **fields, **changes}
    )


def screened(
    questions: Sequence[Question], folder: Path, threshold: float | None = 0.8, ranks: Sequence[int] = ()
) -> list[Duplicate]:
    screen = Duplicates(threshold, folder)
    for number, question in enumerate(questions):
        screen.take(question, ranks[number] if ranks else 0)
    return screen.decide()


def reasons(one: Question, other: Question, folder: Path, threshold: float | None = 0.8) -> list[str]:
    return [found.reason for found in screened([one, other], folder, threshold)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ask(), ask(EN.upper().replace(" ", "  ").replace("?", " ."))),
        (ask(ZH), ask("　" + ZH + "（　）。")),
        (ask("Net of $1,250.50 in FY2020"), ask("net of $1250.5, in fy2020.")),
        (ask("ＡＢＣ公司２０２０年增长１２．５％"), ask("abc公司2020年，增长12.5 %")),
        (ask("What is -5 + 3?"), ask("What is −5 + 3")),
        (ask("Fell by - 5 today"), ask("fell by -5, today")),
        (ask(context=PAGE), ask(context=PAGE.upper())),
        (
            ask(ZH, options=OPTIONS),
            ask(ZH, options={"A": "盈余公积", "B": "实收资本", "C": "未分配利润", "D": "次级债券"}),
        ),
        (ask("$ABC - shares jump https://t.co/a1B2c3"), ask("$ABC: shares jump https://t.co/x9Y8")),
    ],
)
def test_other_writings_are_the_same_question(one: Question, other: Question, tmp_path: Path) -> None:
    assert reasons(one, other, tmp_path, None) == ["duplicate"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ask("What is a+b?"), ask("What is a-b?")),
        (ask("What is 7*3?"), ask("What is 7/3?")),
        (ask("计算 5-3+2 的值"), ask("计算 5+3-2 的值")),
        (ask("若变动为-5，则结果为"), ask("若变动为5，则结果为")),
        (ask("A rate of 12.5%"), ask("A rate of 12.5")),
        (ask("当x＞y时"), ask("当x＜y时")),
        (ask("If x <= y"), ask("If x < y")),
        (ask("？？？"), ask("！！！")),
        (ask(ZH, options=OPTIONS), ask(ZH)),
        (ask(ZH, options=OPTIONS), ask(ZH, options={**OPTIONS, "E": "以上都不对"})),
        (ask(ZH, options={"A": "＞", "B": "＜"}), ask(ZH, options={"A": "＝", "B": "＜"})),
        (ask(context=PAGE), ask()),
        (ask(f"{BODY}“甲公司”对“乙公司”是什么关系？"), ask(f"{BODY}“乙公司”对“甲公司”是什么关系？")),
        (ask(f'{PAGE} What is "Orla" to "Velm"?'), ask(f'{PAGE} What is "Velm" to "Orla"?')),
        (ask("x[i] = 1;", answer_kind="code"), ask("x(i) = 1", answer_kind="code")),
        (
            ask(meta={"given": {"reasoning": PAGE, "answer": "5"}}),
            ask(meta={"given": {"reasoning": BODY, "answer": "5"}}),
        ),
    ],
)
def test_what_differs_in_meaning_is_kept(one: Question, other: Question, tmp_path: Path) -> None:
    assert reasons(one, other, tmp_path) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ask(EN, context=PAGE), ask(EN, context=PAGE.replace("lender", "bank"))),
        (ask(ZH, context=BODY), ask(ZH, context=BODY.replace("该行", "本行"))),
        (ask(EN + " " + PAGE), ask(PAGE + " " + EN)),
        (ask(ZH + "。" + BODY), ask(BODY + ZH)),
        (
            ask(ZH + BODY, options=OPTIONS),
            ask(BODY + ZH, options=dict(zip("ABCD", reversed(OPTIONS.values()), strict=True))),
        ),
        (ask(PAGE, gold="17%", answer_kind="percent"), ask("So: " + PAGE, gold="17.0 %", answer_kind="percent")),
        (ask(PAGE, gold="17%", answer_kind="percent"), ask("So: " + PAGE, gold=None)),
        (ask(PAGE, gold="long", answer_kind="text"), ask("So: " + PAGE, gold="short", answer_kind="text")),
    ],
)
def test_near_ones_are_found(one: Question, other: Question, tmp_path: Path) -> None:
    assert reasons(one, other, tmp_path) == ["near_duplicate"]
    assert reasons(one, other, tmp_path, None) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ask(EN + " In 2009?"), ask(EN + " In 2010?")),
        (ask(ZH + "2009年"), ask(ZH + "2010年")),
        (ask(PAGE + "It is 5."), ask(PAGE + "It is 5%.")),
        (ask(PAGE + "It is 5."), ask(PAGE + "It is 5. Or 5.")),
        (ask(ZH + BODY), ask(ZH.replace("正确", "不正确") + BODY)),
        (ask(PAGE + "It is right."), ask(PAGE + "It is not right.")),
        (ask(PAGE, gold="17"), ask("So: " + PAGE, gold="18")),
        (ask(PAGE, gold="yes", answer_kind="boolean"), ask("So: " + PAGE, gold="no", answer_kind="boolean")),
        (
            ask(ZH + BODY, gold="A", answer_kind="choice", options=OPTIONS),
            ask("问：" + ZH + BODY, gold="B", answer_kind="choice", options=OPTIONS),
        ),
        (ask("Which ratio?", context=PAGE * 3), ask("What margin is it?", context=PAGE * 3)),
        (
            ask("产品特点：方便专业", options={"A": BODY, "B": ZH}),
            ask("产品特点：安心便宜", options={"A": BODY, "B": ZH}),
        ),
        (ask(ZH + BODY, options=OPTIONS), ask(ZH + BODY, options={**OPTIONS, "A": "资本公积"})),
        (ask(context=PAGE + "12 15 18"), ask(context=PAGE + "12 15 19")),
    ],
)
def test_near_misses_survive(one: Question, other: Question, tmp_path: Path) -> None:
    assert reasons(one, other, tmp_path) == []


CHOICE = {"answer_kind": "choice", "options": OPTIONS}
SHUFFLED = {"A": "次级债券", "B": "实收资本", "C": "盈余公积", "D": "未分配利润"}


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (ask(ZH, gold="A", **CHOICE), ask(ZH, gold="B", **CHOICE), True),
        (ask(ZH, gold="A", **CHOICE), ask(ZH, gold="B", answer_kind="choice", options=SHUFFLED), False),
        (ask(ZH, gold="A", **CHOICE), ask(ZH, gold="A", answer_kind="choice", options=SHUFFLED), True),
        (ask(ZH, gold="AC", answer_kind="choices", options=OPTIONS), ask(ZH, gold="A", **CHOICE), True),
        (ask(ZH, gold="X", **CHOICE), ask(ZH, gold="B", **CHOICE), False),
        (ask(gold="12.5"), ask(gold="12.50"), False),
        (ask(gold="12.5"), ask(gold="14"), True),
        (ask(gold="17%", gold_alternatives=("0.1704",)), ask(gold="0.1704"), False),
        (ask(gold="5"), ask(gold=None), False),
        (ask(gold="yes", answer_kind="boolean"), ask(gold="no", answer_kind="boolean"), True),
        (ask(gold="bullish", answer_kind="label"), ask(gold="bearish", answer_kind="label"), True),
        (ask(gold="bullish", answer_kind="label"), ask(gold="Positive", answer_kind="label"), False),
        (ask(gold="利好", answer_kind="label"), ask(gold="1", answer_kind="label"), False),
        (ask(gold="0", answer_kind="label"), ask(gold="1", answer_kind="label"), True),
        (ask(gold="外汇, 债券", answer_kind="labels"), ask(gold="债券、外汇", answer_kind="labels"), False),
        (ask(gold="外汇 债券", answer_kind="labels"), ask(gold="债券、股票", answer_kind="labels"), True),
        (ask(gold="one", answer_kind="text"), ask(gold="two", answer_kind="text"), False),
        (ask(gold="one", answer_kind="span"), ask(gold="two", answer_kind="span"), False),
    ],
)
def test_golds_that_contradict_each_other_drop_all(
    one: Question, other: Question, conflict: bool, tmp_path: Path
) -> None:
    found = [(0, 1, "duplicate_conflict"), (1, 0, "duplicate_conflict")] if conflict else [(1, 0, "duplicate")]
    assert [(one.index, one.other, one.reason) for one in screened([one, other], tmp_path, None)] == found
    assert disagree(note(one), note(other)) is disagree(note(other), note(one)) is conflict


def test_one_contradiction_among_many_drops_all(tmp_path: Path) -> None:
    golds = ["5", None, "5.0", "6", "5"]
    found = screened([ask(gold=gold) for gold in golds], tmp_path)
    assert [one.reason for one in found] == ["duplicate_conflict"] * 5


@pytest.mark.parametrize("other", [EN, EN.replace("above", "shown")])
def test_the_best_is_kept_then_the_first(other: str, tmp_path: Path) -> None:
    questions = [ask(), ask(other), ask()]
    assert {one.other for one in screened(questions, tmp_path)} == {0}
    assert {one.other for one in screened(questions, tmp_path, ranks=[1, 0, 0])} == {1}


def test_parts_are_never_compared(tmp_path: Path) -> None:
    screen = Duplicates(0.8, tmp_path)
    for part in ("", "mcq_to_open", "", "mcq_to_open"):
        screen.take(ask(), 0, part)
    assert [(one.index, one.other) for one in screen.decide()] == [(2, 0), (3, 1)]


def test_what_equals_a_near_one_points_to_the_kept(tmp_path: Path) -> None:
    questions = [ask(context=PAGE), ask(context="So: " + PAGE), ask(context="So; " + PAGE)]
    found = screened(questions, tmp_path)
    assert [(one.index, one.other, one.reason) for one in found] == [(1, 0, "near_duplicate"), (2, 0, "near_duplicate")]
    assert found[0].similarity == found[1].similarity < 1


def test_no_chains(tmp_path: Path) -> None:
    """Each of a row of texts is near the next, but not near the one after it: every second is kept."""
    words = [f"{a}{b}" for a in "bdfgklmnprstvz" for b in ("al", "ef", "ig", "ok", "um", "ar", "en", "il")]
    texts = [" ".join(words[start : start + 40]) for start in range(0, 24, 4)]
    likes = [_alike(ask(one), ask(other)) for one, other in pairwise(texts)]
    found = screened([ask(text) for text in texts], tmp_path, min(likes))
    assert [(one.index, one.other) for one in found] == [(1, 0), (3, 2), (5, 4)]


def test_nothing_taken(tmp_path: Path) -> None:
    assert screened([], tmp_path) == screened([], tmp_path, None) == []
    assert screened([ask("")], tmp_path) == []


# Against all pairs, by Python sets.


Shingled = set[tuple[str, ...]]
Sets = tuple[Shingled, Shingled, Shingled, set[str], Counter[str]]


def _sets(question: Question) -> Sets:
    """Shingles of question, options and rest, the numbers of the rest, and those that must be the same."""

    def grams(text: str) -> set[tuple[str, ...]]:
        length, words = LENGTH[question.language], signed(text).split()
        padded = ["", ""][: length - 1] + words + ["", ""][: length - 1]
        return {tuple(padded[at : at + length]) for at in range(len(padded) - length + 1)} if words else set()

    def numbers(text: str) -> list[str]:
        return [word for word in signed(text).split() if not word[0].isalpha()]

    options = set().union(*map(grams, question.options.values()))
    return (
        grams(question.question),
        options,
        grams(question.context),
        set(numbers(question.context)),
        Counter(numbers(question.question)),
    )


def _alike(one: Question, other: Question) -> float:
    return _likeness(_sets(one), _sets(other))


def _likeness(one: Sets, other: Sets) -> float:
    if one[-1] != other[-1]:
        return 0.0
    return min(len(a & b) / len(a | b) if a | b else 1.0 for a, b in zip(one[:-1], other[:-1], strict=True))


def _drawn(draw: random.Random, count: int) -> list[Question]:
    """Short texts of few words, many of them edits of another, so that similarities of all sizes come up."""
    made: list[Question] = []
    for _ in range(count):
        language: Language = draw.choice(("en", "zh"))
        vocabulary = (
            "rate bank loan cash bond fund risk debt 5 7% -3".split()
            if language == "en"
            else list("利率银行债券资产的为6")
        )
        base = draw.choice(made) if made and draw.random() < 0.6 else None
        if base:
            language = base.language
            texts = [signed(text).split() for text in (base.question, base.context)]
            for text in texts:
                for _ in range(draw.randrange(3)):
                    text.insert(draw.randrange(len(text) + 1), draw.choice(vocabulary))
        else:
            texts = [
                draw.choices(vocabulary, k=draw.choice((1, 2, 8, 20))),
                draw.choices(vocabulary, k=draw.choice((0, 9))),
            ]
        asked, context = map(" ".join, texts)
        made.append(ask(asked, context=context, language=language))
    return made


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1 << 30), threshold=st.sampled_from((0.5, 0.6, 0.75, 0.8, 0.9, 1.0)))
def test_every_near_pair_is_resolved_and_nothing_else(
    seed: int, threshold: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draw = random.Random(seed)
    questions = _drawn(draw, 200)
    ranks = [draw.randrange(3) for _ in questions]
    found = {one.index: one for one in screened(questions, tmp_path_factory.getbasetemp(), threshold, ranks)}
    kept = [number for number in range(len(questions)) if number not in found]
    sets = [_sets(question) for question in questions]
    for one, other in combinations(kept, 2):
        assert _likeness(sets[one], sets[other]) < threshold
    for dropped in found.values():
        assert dropped.other in kept
        assert (ranks[dropped.other], dropped.other) < (ranks[dropped.index], dropped.index)
        assert dropped.similarity == _likeness(sets[dropped.index], sets[dropped.other]) >= threshold


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_the_order_of_reading_does_not_change_what_equals_what(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draw = random.Random(seed)
    questions = _drawn(draw, 60) * 2
    order = draw.sample(range(len(questions)), len(questions))
    folder = tmp_path_factory.getbasetemp()
    straight = screened(questions, folder, None)
    mixed = screened([questions[number] for number in order], folder, None)
    assert len(straight) == len(mixed)


# Guards: how many pairs are compared, not how long it takes.


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted: list[int] = []
    alike = nearby.alike

    def counting(shingles: Any, starts: Any, record: int, others: Any) -> Any:
        counted.append(len(others))
        return alike(shingles, starts, record, others)

    monkeypatch.setattr(nearby, "alike", counting)
    return counted


NAMES = [f"{a}{b}{c}" for a in "bdfgklmnpr" for b in ("al", "en", "ir", "os", "um") for c in "bcdfghjklmnpqrstvwxz"]


@pytest.mark.parametrize(
    ("template", "threshold"), [(EN + " {}", 0.99), (ZH + "{}", 0.99), ("The {} rate", 0.8), (PAGE + "{}", 0.8)]
)
def test_a_template_with_other_names_stays_linear(
    template: str, threshold: float, tmp_path: Path, compared: list[int]
) -> None:
    screened([ask(template.format(name), gold=str(number)) for number, name in enumerate(NAMES)], tmp_path, threshold)
    assert sum(compared) <= nearby.CROWD * len(NAMES)


def test_a_crowd_of_nearly_equal_ones_is_dropped_by_its_first(tmp_path: Path, compared: list[int]) -> None:
    found = screened([ask(PAGE + name) for name in NAMES], tmp_path)
    assert {one.other for one in found} == {0}
    assert len(found) == len(NAMES) - 1
    assert sum(compared) <= 2 * len(NAMES)


def test_a_near_pair_is_found_in_a_crowd_of_its_template(tmp_path: Path) -> None:
    """Shingles that stand everywhere do not hide the pair that also shares a rare one."""
    crowd = [ask(f"{EN} {name} {name[::-1]} {name[1:]}", gold=str(number)) for number, name in enumerate(NAMES)]
    copy = ask(f"So {EN} {NAMES[-1]} {NAMES[-1][::-1]} {NAMES[-1][1:]}", gold=str(len(NAMES) - 1))
    found = screened([*crowd, copy], tmp_path, 0.85)
    assert [(one.index, one.other) for one in found] == [(len(NAMES), len(NAMES) - 1)]


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    screened([ask(context=PAGE), ask(context=PAGE)], tmp_path)
    assert list(tmp_path.iterdir()) == []
