"""Measures of a trace in both languages: what they count, and that any text can be measured in linear time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.reasoning.measures import MEASURES, Subject, measure
from tests.judges.texts import anything, quick

PLAIN = Subject(reasoning="", answer="", final=None, kind="number", gold=None, question="")

TRACES = [
    # numbered items, else paragraphs, else sentences
    ("steps", "1. Find revenue.\n2. Find cost.\nIt is 5.\n3. Subtract.\n", 3),
    ("steps", "**Step 1:** find revenue.\nStep 2: find cost.\nStep 3: subtract.", 3),
    ("steps", "第一步，求收入。\n第二步，求成本。\n中间值为5。\n第三步，相减。", 3),
    ("steps", "- 求收入\n- 求成本\n- 相减", 3),
    ("steps", "Find revenue first.\n\nFind the cost.\n\nSubtract.\n\nDone.", 4),
    ("steps", "先求收入。\n再求成本。\n最后相减。", 3),
    ("steps", "Revenue is 12.5 million. Cost is 2.5 million! So profit is 10 million.", 3),
    ("steps", "收入为12.5万元。成本为2.5万元；利润为10万元。", 3),
    ("steps", "", 0),
    # said before, word for word
    ("repeated_sentences", "Check the totals again. It rose. Check the totals again. Cost fell a lot.", 1 / 3),
    ("repeated_sentences", "再核对一遍营业收入的合计数。\n再核对一遍营业收入的合计数。", 0.5),
    ("repeated_sentences", "Wait. Wait. Wait. Wait.", 0.0),
    ("repeated_ngrams", "one two three four five six seven eight nine ten eleven twelve " * 2, 1 / 13),
    ("repeated_ngrams", "营业收入减去营业成本等于毛利", 0.0),
    ("repeated_paragraphs", "Sales are 5 and rising.\n\nCost is 2.\n\nSales are 5 and rising.", 0.5),
    ("repeated_paragraphs", "收入为五百万元，同比上升。\n\n收入为五百万元，同比上升。", 0.5),
    ("paragraphs", "One.\nStill one.\n\nTwo.\n \n\nThree.", 3),
    ("paragraphs", "一。\n二。", 2),
    ("tokens", "a" * 100, 30),
    ("tokens", "税" * 100, 60),
    ("hedges_per_1000_tokens", "等等，" + "税" * 97, 1000 / 60),
    ("hedges_per_1000_tokens", "", None),
    # language
    ("han_share", "销项税额减进项税额，得13。", 1.0),
    ("han_share", "Output tax less input tax is 13.", 0.0),
    ("han_share", "26 - 13 = 13", None),
    # broken off or finished
    *(
        ("finished", text, 1.0)
        for text in ("It is 13.", "It is 13", "为13万元。", "(see the table)", "\\boxed{13}\n\n")
    ),
    *(("finished", text, 0.0) for text in ("It is thir", "因此应纳税", "the sum of the", "分别为：", "")),
]


@pytest.mark.parametrize(("name", "reasoning", "expected"), TRACES)
def test_measures_a_trace(name: str, reasoning: str, expected: float | None) -> None:
    found = measure(replace(PLAIN, reasoning=reasoning))[name]
    assert found == (expected if expected is None else pytest.approx(expected))


OPTIONS = {"A": "长期借款", "B": "应收账款", "C": "固定资产"}


@pytest.mark.parametrize(
    ("kind", "final", "options", "reasoning", "expected"),
    [
        ("percent", "17%", {}, "So the answer is 17.04%.", 1.0),
        ("percent", "17%", {}, "So the answer is 71%.", 0.0),
        ("percent", "17%", {}, "Dividing gives 0.1704.", 1.0),
        ("percent", "17%", {}, "Dividing gives nothing of use.", None),
        ("number", "3.5亿元", {}, "因此，答案是3.5亿元。", 1.0),
        ("number", "3.5亿元", {}, "因此，答案是2.5亿元。", 0.0),
        ("number", "12", {}, "First \\boxed{10}, rather \\boxed{12}", 1.0),
        ("choice", "B", OPTIONS, "故选B。", 1.0),
        ("choice", "B", OPTIONS, "因此正确答案是C。", 0.0),
        ("choice", "B", OPTIONS, "符合条件的是应收账款。", 1.0),
        ("choice", "B", OPTIONS, "逐项分析如下。", None),
        ("boolean", "no", {}, "The answer is yes.", 0.0),
        ("boolean", "不合规", {}, "最终答案：违规。", 1.0),
        ("boolean", "不合规", {}, "最终答案：合规。", 0.0),
        ("number", None, {}, "The answer is 12.", None),
    ],
)
def test_the_conclusion_is_the_answer_or_another_or_none(
    kind: str, final: str | None, options: dict[str, str], reasoning: str, expected: float | None
) -> None:
    subject = replace(PLAIN, kind=kind, final=final, options=options, reasoning=reasoning)
    assert measure(subject)["concludes_answer"] == expected


@pytest.mark.parametrize(
    ("gold", "options", "explanation", "reasoning", "expected"),
    [
        ("B", OPTIONS, None, "应收账款一年内收回。", 1.0),
        ("B", OPTIONS, None, "先看其他选项。", 0.0),
        ("cash dividends", {}, None, "The dividends were paid late.", 0.5),
        ("17%", {}, "Goodwill impairment", "Goodwill is tested; so is impairment.", 1.0),
        ("17%", {}, None, "It comes to 17%.", 1.0),
        ("17%", {}, None, "It comes to 0.17.", 1.0),
        ("17%", {}, None, "It comes to 71%.", None),
        ("-1,152", {}, None, "The change is (1,152).", 1.0),
        ("yes", {}, None, "So yes, it did.", 1.0),
        ("是", {}, None, "没有披露。", None),
        (None, {}, None, "It comes to 17%.", None),
    ],
)
def test_the_standard_answers_terms_are_looked_for(
    gold: str | None, options: dict[str, str], explanation: str | None, reasoning: str, expected: float | None
) -> None:
    subject = replace(PLAIN, gold=gold, options=options, explanation=explanation, reasoning=reasoning)
    assert measure(subject)["gold_term_overlap"] == expected


@quick
@given(
    st.builds(
        Subject,
        reasoning=anything,
        answer=anything,
        final=st.one_of(st.none(), anything),
        kind=st.sampled_from(["number", "percent", "boolean", "choice", "choices", "text"]),
        gold=st.one_of(st.none(), anything),
        question=anything,
        explanation=st.one_of(st.none(), anything),
        options=st.dictionaries(st.sampled_from("ABCD"), anything),
        language=st.sampled_from(["en", "zh"]),
        boxed_asked=st.booleans(),
        right=st.sampled_from([True, False, None]),
    )
)
def test_any_trace_is_measured_and_gives_every_measure_in_order(subject: Subject) -> None:
    measures = measure(subject)
    for name in (name for name, meaning in MEASURES.items() if "0 to 1" in meaning or meaning.startswith("1 if")):
        assert measures[name] is None or 0 <= (measures[name] or 0) <= 1
    assert list(measures) == list(MEASURES)
    assert measures == measure(subject)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "reasoning",
    [
        "1" * 1_000_000,
        "1" + ",111" * 250_000,
        "(" * 200_000,
        "\\boxed{" * 20_000 + "1" + "}" * 20_000,
        "\n" * 200_000 + "x",
        "税" * 300_000,
        "Wait. " * 50_000,
        "? " * 100_000,
        "a-" * 100_000,
        "*" * 200_000 + "x",
        "答案是" * 100_000,
        *(
            cue * 30_000
            for cue in ("wait ", "请", "作为", "as an ", "ignore ", "<|", "$$\\[", "等等，", "再", "é ", "И ")
        ),
        "dog " * 100_000 + "收入上升了百分之五。",
    ],
    ids=lambda reasoning: repr(reasoning[:10]),
)
def test_a_hostile_trace_is_measured_in_linear_time(reasoning: str) -> None:
    measures = measure(replace(PLAIN, reasoning=reasoning, answer=reasoning, final="1", gold="1", question=reasoning))
    assert measures["characters"] == len(reasoning)
