"""Examination items out of running text: every layout gives its parts back, and no answer gets into a question."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recipes.sources.exam_text import Item, parse

Layout = Callable[[str, Mapping[str, str]], str]


def on_lines(stem: str, options: Mapping[str, str], mark: str = "、") -> str:
    return "\n".join([stem, *(f"{letter}{mark}{text}" for letter, text in options.items())])


LAYOUTS: dict[str, Layout] = {
    **{f"lines {mark}": lambda stem, options, mark=mark: on_lines(stem, options, mark) for mark in "、．.:："},
    "lower case": lambda stem, options: on_lines(stem, {letter.lower(): text for letter, text in options.items()}),
    "full width": lambda stem, options: on_lines(stem, {chr(ord(one) + 0xFEE0): two for one, two in options.items()}),
    "brackets": lambda stem, options: "\n".join([stem, *(f"（{letter}）{text}" for letter, text in options.items())]),
    "blank lines": lambda stem, options: on_lines(stem, options).replace("\n", "\r\n\r\n"),
    "one line": lambda stem, options: stem + " ".join(f"{letter}、{text}" for letter, text in options.items()),
    "two a line": lambda stem, options: re.sub(r"\n(?=[BDFH]、)", "    ", on_lines(stem, options)),
    "glued": lambda stem, options: stem + "".join(f"{letter}.{text}" for letter, text in options.items()),
}
ANSWERS = (
    "\n答案：",
    "\n答案:",
    " 答案：",
    "\n参考答案：",
    "\n正确答案： ",
    "\n【答案】",
    "\n[答案]：",
    "\n标准答案是：",
    *("\n★答案：", " 试题答案：", "\n〖答案〗", "\n『正确答案』", "\n答案\n", "\n答案 ", "\n答案是", "\nAnswer: "),
    *("\n【考点】增值税 【答案】", "\n(答案)"),
)
ANALYSES = (
    *("\n分析解释：", "\n解析：", "\n答案解析：", "\n【解析】", " 解析:", "\n试题分析：", "\n详解："),
    *("\n『答案解析』", "\n解析\n", "\n解析 ", "\n解：", "\nExplanation: "),
)

WORDS = st.text("货币市场利率银行资本收入税额0123456789%，甲乙", min_size=1, max_size=12).map(str.strip)
OPTIONS = st.lists(WORDS, min_size=3, max_size=8).map(lambda texts: dict(zip("ABCDEFGH", texts, strict=False)))


@given(
    stem=WORDS.map("{}，下列正确的是（ ）。".format),
    options=OPTIONS,
    layout=st.sampled_from(sorted(LAYOUTS)),
    answer=st.sampled_from(("A", "ACD", "A、C", '["A","B"]', "B。")),
    marks=st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANALYSES)),
    analysis=st.one_of(st.none(), WORDS.map("{}。选项A错误，正确答案：B".format)),
    first=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_the_parts_come_back(
    stem: str,
    options: dict[str, str],
    layout: str,
    answer: str,
    marks: tuple[str, str],
    analysis: str | None,
    first: bool,
) -> None:
    before, behind = f"{marks[0]}{answer}", f"{marks[1]}{analysis}" if analysis else ""
    if first and analysis:  # an analysis that stands before the answer cannot speak of one
        before, behind, analysis = f"{marks[1]}甲项有误。", before, "甲项有误。"
    item = parse(f"{LAYOUTS[layout](stem, options)}{before}{behind}")
    assert item == Item(stem, options, answer, analysis)


PIECES = (
    "答案：",
    "【答案】",
    "分析解释：",
    "\n解析：",
    *("\n答案\n", "〖答案〗", "故选B", "\n本题选B。", "答案B\n", "（答案B）", "\nAnswer: ", "★", "【考点】"),
    "A、",
    "B．",
    "C:",
    "\nA、",
    "\nB、",
    "（A）",
    "\n",
    " ",
    "甲",
    "√",
    "1.",
)


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("答案：答案：A")
@example("选出答案：A、甲 B．甲 答案：A")
@example("答案：A、分析解释：\nB、分析解释：答案：")
@example("答案：（A）B．\nB、A、答案：")
@example("A、A、\nB、答案：答案：")
@settings(max_examples=500, deadline=None)
def test_no_mark_is_left_in_a_question(text: str) -> None:
    item = parse(text)
    # Only where options stand right behind it may a mark belong to the stem: "选出正确答案：".
    stem = re.sub(r"(?:答案：|[【〖『]答案[】〗』])\s*$", "", item.stem) if item.options else item.stem
    for shown in (stem, *item.options.values()):
        assert not re.search("答案：|【答案】|分析解释：", shown)
    assert item.leaks or not re.search(
        r"〖答案〗|选B(?=[\s。★]|$)|答案B\n|Answer: ", "\n".join((stem, *item.options.values()))
    )


@pytest.mark.parametrize("answer", ["", "\n答案：B"])
@pytest.mark.parametrize(
    "said",
    [
        *(
            "正确答案是B，您的答案是A",
            "本题选B。",
            "故选B",
            "故本题应选B。",
            "所以选B",
            "选B。",
            "答案B",
            "〖答案〗B",
            "『正确答案』B",
        ),
        *(
            "答案\nB",
            "答案 B",
            "Answer: B",
            "The correct answer is B.",
            "（答案B）",
            "答案[B]",
            "★答案：B",
            "试题答案：B",
        ),
        *("【考点】增值税\n【答案】B", "【答案】B【知识点】增值税", "答案B，解析：略", "答案：B\n★"),
    ],
)
def test_an_answer_in_any_form_is_none_of_the_last_option(said: str, answer: str) -> None:
    item = parse(f"应缴纳的增值税为（ ）元。\nA、2000\nB、2400\nC、2600\nD、2800\n{said}{answer}")
    assert (item.stem, item.options["D"], item.leaks) == ("应缴纳的增值税为（ ）元。", "2800", False)
    assert re.findall("[A-H]", item.answer or "")[0] == "B"


@pytest.mark.parametrize(
    ("shown", "leaks"),
    [
        *(
            (shown, True)
            for shown in ("2800 答案—B", "2800\n答案", "2800｛答案｝：B", "2800 answer - B", "2800故选 B。")
        ),
        *((shown, False) for shown in ("以上答案都不对", "财务报表解析", "分析", "应选B股投资者", "（答案取近似值）")),
    ],
)
def test_what_gives_an_answer_away_is_told(shown: str, leaks: bool) -> None:
    assert Item("问（ ）。", {"A": "2000", "B": shown}, None, None).leaks is leaks
    assert Item(f"{shown}，问（ ）。" if not leaks else shown, {}, None, None).leaks is leaks


@pytest.mark.parametrize(
    ("text", "item"),
    [
        # A stem that speaks of A and B, an option that does.
        (
            "甲企业生产A、B两种产品。\nA．只有A、B都停产\nB．两者都不停产\n答案：A",
            Item("甲企业生产A、B两种产品。", {"A": "只有A、B都停产", "B": "两者都不停产"}, "A", None),
        ),
        ("两者之比A:B:C=5:3:2，A为（ ）。\n答案：5", Item("两者之比A:B:C=5:3:2，A为（ ）。", {}, "5", None)),
        (
            "选（ ）。A.牛奶B.鱼肝油C.钙片D.维生素E、维生素C 答案：D",
            Item("选（ ）。", {"A": "牛奶", "B": "鱼肝油", "C": "钙片", "D": "维生素E、维生素C"}, "D", None),
        ),
        # The stem's own word for answers.
        ("选出正确答案：\nA、甲\nB、乙\n答案：B", Item("选出正确答案：", {"A": "甲", "B": "乙"}, "B", None)),
        ("甲不正确\nA、正确\nB、不正确\n答案：B", Item("甲不正确", {"A": "正确", "B": "不正确"}, "B", None)),
        # A blank that holds the answer.
        ("税率由（ B ）规定。\nA、甲\nB、乙\n答案：B", Item("税率由（ ）规定。", {"A": "甲", "B": "乙"}, "B", None)),
        ("税率由（AB）规定。\nA、甲\nB、乙", Item("税率由（ ）规定。", {"A": "甲", "B": "乙"}, "AB", None)),
        ("央行可以向个人贷款。（×）", Item("央行可以向个人贷款。（ ）", {}, "×", None)),
        ("甲公司（A）持有乙公司（B）。\n答案：正确", Item("甲公司（A）持有乙公司（B）。", {}, "正确", None)),
        # No options, no answer.
        ("简述货币的职能。\n答：流通手段等。", Item("简述货币的职能。", {}, "流通手段等。", None)),
        ("央行是政府的银行。\n答案：正确\n解析：略", Item("央行是政府的银行。", {}, "正确", "略")),
        ("选（ ）。\nA、甲\nB、乙", Item("选（ ）。", {"A": "甲", "B": "乙"}, None, None)),
        ("选（ ）。\nA、甲\nB、乙\n答案：\n解析：略", Item("选（ ）。", {"A": "甲", "B": "乙"}, None, "略")),
        ("选（ ）。\nA、甲\nB、乙\n【答案】答案：A", Item("选（ ）。", {"A": "甲", "B": "乙"}, "A", None)),
        ("某公司今日发布公告。", Item("某公司今日发布公告。", {}, None, None)),
        ("", Item("", {}, None, None)),
    ],
)
def test_items_of_many_kinds(text: str, item: Item) -> None:
    assert parse(text) == item


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("案例。\n1. 问\nA、甲\nB、乙\n2. 问\nA、丙\nB、丁\n答案：1.A 2.B", True),
        ("案例。\n（1）问\nA、甲\nB、乙\n答案：A\n（2）问\nA、丙\nB、丁\n答案：B", True),
        ("案例，回答两问。\n答案：（1）A（2）C", True),
        ("选（ ）。\nA、甲\nB、乙\n答案：AB\n解析：\nA、甲有利\nB、乙也有利\n正确答案：A、B", False),
        ("选（ ）。\nA、甲\nB、乙\n答案：A", False),
    ],
)
def test_several_questions_in_one_text_are_told(text: str, several: bool) -> None:
    assert parse(text).several is several


@pytest.mark.parametrize("layout", ["lines 、", "one line", "two a line"])
def test_real_questions_come_back_from_running_text(data: Path, layout: str) -> None:
    """CFLUE's records, written as FinCorpus writes its items. Some repeat their options inside the stem."""
    records = json.loads((data / "cflue" / "knowledge_2500.json").read_text(encoding="utf-8"))
    lost = 0
    for record in records:
        options = {letter: text.strip() for letter, text in ast.literal_eval(record["choices"]).items()}
        stem, analysis = (str(record[name] or "").replace("\r", "").strip() for name in ("question", "analysis"))
        item = parse(f"{LAYOUTS[layout](stem, options)}\n答案：{record['answer']}\n分析解释：{analysis}")
        assert (item.answer, item.analysis) == (record["answer"], analysis or None)
        lost += (item.stem, dict(item.options), item.several) != (stem, options, False)
    assert len(records) == 2500
    assert lost <= 15
