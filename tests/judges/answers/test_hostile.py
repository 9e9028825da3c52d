"""No input raises, hangs or is called right by accident; threads agree; importing the judges costs nothing."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from judges.answers import PRESETS, Gold, final_answer, grade, match
from judges.answers.audit import FLAGS, audit

ROOT = Path(__file__).parents[3]
OPTIONS = {"A": "cash", "B": "bonds", "C": "国家税务总局"}
NAMES = {"1": "Bullish", "2": "Bearish", "3": "外国"}
GOLDS = {
    "number": Gold("number", "12"),
    "percent": Gold("percent", "12.5%"),
    "boolean": Gold("boolean", "yes"),
    "choice": Gold("choice", "A", options=OPTIONS),
    "choices": Gold("choices", "AB", options=OPTIONS),
    "label": Gold("label", "1", options=NAMES),
    "labels": Gold("labels", "1 2", options=NAMES),
    "span": Gold("span", "Apple Inc."),
    "text": Gold("text", "Apple"),
    "code": Gold("code", "x = 1"),
}
_bytes = random.Random(7).randbytes(60_000)

# One piece of each, said over and over.
PIECES = [
    *("1", "(", "{", "}", "[", "$", "-", "*", "`", '"', "'", "%", ",", "/", ".", "\n", " ", "\t", "\x00", "\r\n", "_"),
    *("一", "万", "一万", "十", "点", "百分之", "三成", "成", "亿", "1亿", "半", "第", "零", "百"),
    *("\\", "\\boxed{", "\\frac{", "\\text{", "\\frac{1}{", "{}{", "\\,", "$$", "boxed {", "x\\", "\\(", "{,}"),
    *(
        "the answer is ",
        "the answer is 12. ",
        "Answer:\n",
        "Answer: ",
        "答案是",
        "答案：",
        "结论：\n",
        "选",
        "故选A",
        "因此选",
    ),
    *("<think>", "</think>", "<think></think>", "<answer>", "<answer>1</answer>", "[FINAL_ANSWER]"),
    *('{"answer":', '{"answer": 1}', '{"answer": "', "{\n", "```\n"),
    *("2019-12-31 ", "2019年", "1月", "Dec 31, ", "31 Dec ", "1/2/", "12-", "2019 "),
    *(
        "1 to ",
        "1 or ",
        "not ",
        "no. ",
        "yes, ",
        "是",
        "不",
        "既",
        "又",
        "违规",
        "or ",
        "and ",
        "= ",
        "1 = ",
        "more than ",
    ),
    *("one ", "twenty-", "one hundred and ", "a half ", "1 million ", "$1 ", "(1) ", "1 (1) ", "1% (", "1e", "1 x 10^"),
    *("A, ", "A. ", "A;", "A\n", "A or ", "(A) ", "A. cash; ", "选项A", "bullish ", "bullish, ", "1 - ", "外国、"),
    *("Apple ", "Apple, ", "A& ", "公司", "Inc.", "the ", "\ud800", "\udfff1", "½", "²", "國", "\u200d", "\u3000", "①"),
    _bytes.decode("latin-1"),
]


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def wrong_or_undecided(answer: str) -> None:
    for question in GOLDS.values():
        assert match(answer, question).value is not True
        assert grade(answer, question).value is not True


# One number, letter or label that is said a thousand times is still that, and so is a gold.
SAID_OFTEN = ("number", "percent", "choice", "labels", "boolean", "label")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: ascii(piece[:14]))
def test_an_answer_of_any_length_is_read_in_linear_time(piece: str) -> None:
    for end in ("", "x"):
        for kind, question in GOLDS.items():
            assert match(repeated(piece, 25_000) + end, question).value is not True or kind in SAID_OFTEN
        for kind in ("number", "choice"):
            text = repeated(piece, 6_000) + end
            for reply in (text, f"\\boxed{{{text}}}", f"<answer>{text}</answer>"):
                grade(reply, GOLDS[kind])


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: ascii(piece[:14]))
def test_a_gold_or_question_of_any_length_is_read_in_linear_time(piece: str) -> None:
    text = repeated(piece, 10_000) + "x"
    for kind, question in GOLDS.items():
        answer = question.gold or ""
        assert match(answer, Gold(kind, text, (text,), question.options)).value is not True or kind in SAID_OFTEN
        match(answer, Gold(kind, question.gold, (), {**question.options, "D": text}))
        assert match(answer, Gold(kind, question.gold, (), question.options, text)).value is not False
    assert audit(text, "12", "number") in {None, *FLAGS}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "\\",
        "既",
        *("(", "{", "1 to "),
    ],
    ids=ascii,
)
def test_a_gold_of_three_hundred_thousand_characters_is_read(piece: str) -> None:
    text = repeated(piece, 300_000)
    for kind, question in GOLDS.items():
        assert (
            match(question.gold or "", Gold(kind, text, (), question.options)).value is not True or kind in SAID_OFTEN
        )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "(",
        *("（", "in ", "how many ", "( $"),
    ],
    ids=ascii,
)
def test_a_question_with_a_long_gap_is_read(piece: str) -> None:
    for gap in (" ", "\n", "$ ", "dollars "):
        assert match("13", Gold("number", "12", question=piece + repeated(gap, 30_000) + "x")).value is False


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["1", "(", "{", "万", "A, ", "the answer"], ids=ascii)
def test_ten_million_characters_are_read(piece: str) -> None:
    text = repeated(piece, 10_000_000)
    for kind in ("number", "choice", "label"):
        assert match(text, GOLDS[kind]).value is not True
    assert grade(text, GOLDS["number"]).value is not True


@pytest.mark.timeout(60)
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_no_policy_is_misled(preset: str) -> None:
    for piece in ("1", "(", "{", "1 to ", "2019-12-31 ", "一"):
        assert match(repeated(piece, 50_000), GOLDS["number"], PRESETS[preset]).value is not True


@pytest.mark.timeout(60)
def test_nested_braces_are_balanced() -> None:
    for depth in (10, 10_000, 100_000):
        assert final_answer("\\boxed{" + "{" * depth + "12" + "}" * depth + "}").how == "boxed"
        assert final_answer("\\boxed{" * depth + "12" + "}" * (depth - 1)).how == "unfinished"
        assert final_answer("\\boxed{" * depth + "12" + "}" * depth).how == "boxed"
        wrong_or_undecided("{" * depth + "}" * (depth // 2))


@pytest.mark.timeout(60)
def test_json_of_any_depth_is_read() -> None:
    for depth in (10, 5_000, 100_000):
        wrong_or_undecided('{"answer":' * depth)
        wrong_or_undecided('{"answer":' * depth + '"x"' + "}" * depth)
        wrong_or_undecided("[" * depth + "]" * depth)
        wrong_or_undecided('{"answer": ' + "[" * depth + "}")


@pytest.mark.timeout(60)
def test_many_answers_in_one_reply_are_compared() -> None:
    said = "".join(f"The answer is {number}.\n" for number in range(3_000))
    assert grade(said, Gold("number", "2999")).reason == "answers_disagree"
    assert grade(said, Gold("number", "7")).reason in ("answers_disagree", "number_differs")
    blocks = "".join(f"<answer>{number}</answer>" for number in range(3_000))
    assert grade(blocks, Gold("number", "2999")).reason == "answers_disagree"


def test_half_a_character_is_read_like_any_other() -> None:
    for text in ("\ud800", "12\udfff", "國\ud800", "\\boxed{\ud800}", "the answer is \udfff", "答案是\ud800國"):
        for kind, question in GOLDS.items():
            assert match(text, question).value is not True or text.startswith("12")
            gold = Gold(kind, text, (), {**question.options, "D": text})
            assert match(question.gold or "", gold).value is not True or text.startswith("12")
            grade(text, question)


CASES = [
    ("<think>a</think>\\boxed{12}", Gold("number", "12")),
    ("The answer is 12.5%.", Gold("percent", "0.125")),
    ("答案是三千五百万元。", Gold("number", "3500万元")),
    ("December 31, 2019", Gold("number", "2019-12-31")),
    ("故选AC。", Gold("choices", "AC", options=OPTIONS)),
    ("國家稅務總局", Gold("choice", "C", options=OPTIONS)),
    ("看涨", Gold("label", "1", options=NAMES)),
    ("外国、Bullish", Gold("labels", "1 3", options=NAMES)),
    ("该行为不违规。", Gold("boolean", "合规")),
    ("國債", Gold("span", "国债")),
    ("貨幣政策收緊", Gold("text", "货币政策收紧")),
    ("8至14", Gold("number", "8-14")),
    ("13", Gold("number", "12")),
    ("{" * 500, Gold("number", "12")),
]


def test_eight_threads_say_the_same() -> None:
    one = [grade(reply, question) for reply, question in CASES]
    assert sum(verdict.value is True for verdict in one) == len(CASES) - 2
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda case: grade(*case), CASES * 60))
    assert many == one * 60


def _in_a_fresh_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_threads_of_a_fresh_interpreter_agree_on_traditional_characters() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor as P\n"
        "from judges.answers import Gold, match\n"
        "with P(8) as pool:\n"
        "    print({v.value for v in pool.map(lambda _: match('國債', Gold('span', '国债')), range(200))})"
    )
    assert _in_a_fresh_python(code) == "{True}"


def test_importing_the_judges_loads_nothing_heavy_and_opencc_only_when_called_for() -> None:
    heavy = set("opencc numpy polars duckdb datasets pyarrow openai aiohttp pydantic yaml rich torch".split())
    code = (
        "import sys, judges, judges.answers, judges.reasoning, judges.answers.audit, judges.answers.pairs\n"
        f"heavy = {heavy | {'curate', 'recipes'}}\n"
        "from judges.answers import Gold, grade, match\n"
        "match('国债', Gold('span', '国 债。')), match('12', Gold('number', '13'))\n"
        "grade('答案是B', Gold('choice', 'B')), grade('故选B', Gold('choice', 'C'))\n"
        "match('Apple', Gold('span', 'Google')), match('正确', Gold('boolean', '错误'))\n"
        "print(sorted(heavy & sys.modules.keys()), end=' ')\n"
        "match('國債', Gold('span', '国债'))\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    assert _in_a_fresh_python(code) == "[] ['opencc']"


def test_a_gold_of_many_hundreds_raises_nothing() -> None:
    assert match("12", Gold("number", "one hundred " * 3_000)).value is not True
