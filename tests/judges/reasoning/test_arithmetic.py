"""The arithmetic audit: what is found in a trace and how it is judged, in both languages, and that any text is read."""

import random
import sys
import threading
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.reasoning.arithmetic import REASONS, Calculation, audit
from judges.reasoning.arithmetic.written import readable
from tests.judges.texts import anything, quick

RIGHT = [
    # plain, with currencies and scales
    *("84 - 20 = 64", "The gap is 4,512 - 4,310 = $202 million.", "$2.5 million - $0.4 million = $2,100,000"),
    *(
        "€1.5bn + €0.5bn = €2bn",
        "40 million × 3 = 120",
        "7 - 2 million = 5 million",
        "3k + 4k = 7,000",
        "US$5 × 3 = US$15",
    ),
    # rounded or cut off
    *(
        "2 / 3 = 0.67",
        "2 / 3 = 0.66",
        "-2 / 3 = -0.667",
        "1 / 8 = 0.12",
        "1 / 8 = 0.13",
        "50 / 7 ≈ 7",
        "1 / 3 = 0.333...",
    ),
    # percent, as a share or times a hundred
    *("(30 - 24) / 24 = 25%", "(30 - 24) / 24 * 100 = 25%", "(30 - 24) / 24 × 100% = 25%", "3.5% - 3% = 0.5%"),
    *(
        "12% + 5% = 17",
        "400 × (1 + 5%) = 420",
        "1+5% = 1.05",
        "10% of 700 = 70",
        "25% of (90 - 50) = 10",
        "2/3 of 600 = 400",
    ),
    *("30 bps + 20 bps = 50 bps", "45.0% - 40.0% = 5 percentage points"),
    # powers, roots, functions, brackets, signs
    *(
        "1.1^2 = 1.21",
        "1.1**2 = 1.21",
        "1.1³ = 1.331",
        "2^-2 = 0.25",
        "-2^2 = -4",
        "2^3^2 = 512",
        "√16 + 1 = 5",
        "sqrt(81) = 9",
    ),
    *(
        "e^0.5 = 1.6487",
        "ln(2) = 0.6931",
        "exp(1) = 2.718",
        "(1.1)(1.2) = 1.32",
        "[(2 + 3) * 4] - 1 = 19",
        "2(3 + 4) = 14",
    ),
    *(
        "(9.5) + 4 = -5.5",
        "3 - 10 = (7)",
        "(20) + 5 = (15)",
        "5 - -3 = 8",
        "7 + (-9) = -2",
        ".5 + .25 = .75",
        "1e6 / 10 = 100000",
    ),
    *("- 5 + 3 = -2", "- 5 + 3 = 8", "5829.0 - 735.5 = 5093.5", "1 250 + 1 = 1 251", "10,00,000 / 10 = 1,00,000"),
    # words for the operators and for the relation
    *("84 minus 20 is 64", "84 plus 20 gives 104", "6 times 7 equals 42", "6 multiplied by 7 is equal to 42"),
    *(
        "40 divided by 0.85 equals approximately 47.0588",
        "84 - 20, which is 64",
        "9 x 4 = 36",
        "so 3 + 4 → 7",
        "5 + 3 == 8",
    ),
    # units, skipped words, notes in brackets
    *(
        "100 shares × $5 per share = $500",
        "3 × $2.50/share = $7.50",
        "$80 million (sales) - $60 million (cost) = $20 million",
    ),
    *(
        "$367 (2007) - $78 (2006) = $289 million",
        "9 (class B-1 stock) + 2 = 11",
        "2 pears + 3 plums = 5",
        "2012 - 2010 = 2",
    ),
    # Markdown and LaTeX
    *(
        "**84 - 20** = **64**",
        "84 - 20 = $\\boxed{64}$",
        "- **Net**: 84 - 20 = **64**",
        "| 84 - 20 | 64 |",
        "| a: 84 - 20 = 64 |",
    ),
    *("\\frac{12}{48} \\times 100\\% = 25\\%", "\\( 8 \\div \\frac{1}{2} = 16 \\)", "\\dfrac{\\frac{1}{2}}{2} = 0.25"),
    *("\\$80\\,\\text{million} - \\$60\\,\\text{million} = \\$20\\,\\text{million}", "1{,}234 + 1 = 1{,}235"),
    *(
        "\\left(\\frac{1}{2}\\right)^{2} = 0.25",
        "\\sqrt{16} + 1 = 5",
        "A &= 5 \\cdot 3 \\\\\n&= 15",
        "e^{-0.5} \\approx 0.6065",
    ),
    # Chinese
    *(
        "3,500 减去 1,200 等于 2,300",
        "100万元×5%=5万元",
        "5000万×1%=50万",
        "毛利=500-300=200万元",
        "因此1200×0.3得360",
        "500的10%是50",
    ),
    *(
        "（2000-800）×10%＝120（元）",
        "５８－２０＝３８",
        "3500元乘以2等于7000元",
        "10除以4为2.5",
        "1亿÷4=2500万",
        "30加上12约等于42",
        "2÷3≈0.67",
    ),
    # on the next line
    *("(84 - 20) / 20\n= 3.2", "84 - 20\n\n= 64", "合计：84-20\n＝64"),
]
WRONG = [
    *(
        "84 - 20 = 65",
        "The gap is 4,512 - 4,310 = $212 million.",
        "$2.5 million - $0.4 million = $2,900,000",
        "2 / 3 = 0.68.",
    ),
    *("3 * 4 = 13.", "(30 - 24) / 24 * 100 = 26%", "10% of 700 = 77.", "3^2 = 8", "100 shares × $5 per share = $600"),
    *(
        "84 minus 20 is 63",
        "6 times 7 equals 43",
        "40 / 7 ≈ 5.9",
        "11901 - 1038 = 1863",
        "114.6 / 138.7 = 0.828",
        "15.5 + 11.7 = 27.3",
    ),
    *(
        "100 - 120 = 20",
        "**84 - 20** = **65**",
        "\\frac{12}{48} \\times 100\\% = 26\\%",
        "- 5 + 3 = 9",
        "0.0484 × 100 = -4.8%",
    ),
    # written numbers are exact, and ≈ allows for one unit in the last place of three digits or more
    *(
        "33.5 / 58.8 = 0.571.",
        "28649 / 0.33 = 86778.8",
        "4.1 ÷ 7.345 = 0.555.",
        "-4.46 / 23.93 = -0.187.",
        "1.1^2 = 1.31",
        "0.33 × 300 = 99.8.",
        "12.3 / 4.1 = 3.04",
        "1000 / 7 ≈ 143.5",
        "1000 / 7 = 143.5 (approximately)",
        "23087 ÷ 151026 is approximately 0.1527.",
        "[308 / -599] * 100\n= -0.5135 * 100\nor so",
    ),
    *(
        "3,500 减去 1,200 等于 2,400",
        "100万元×5%=6万元",
        "毛利=500-300=210万元",
        "（2000-800）×10%＝130（元）",
        "５８－２０＝３９",
    ),
    *(
        "10除以4为2.6。",
        "84 - 20\n= 65",
        "| step | result |\n|---|---|\n| 84 - 20 | 65 |",
        "| 步骤 | 结果 |\n|---|---|\n| 84-20 | 65 |",
    ),
]
UNDECIDED = [
    # an operand that was rounded before: a repeating decimal, what dots follow, an earlier result
    *(
        ("rounded_numbers", text)
        for text in (
            "0.333 × 3000 = 1000.",
            "157 * 0.3333 ≈ 52.3331.",
            "66.67% × 30000 = 20000.",
            "1.1667 × 60000 = 70000.",
            "20000 × 1.0041667 = 20083.333.",
            "0.12... × 100 = 12.9.",
            "100 / 1.083333 = 92.30770.",
            "5089 / 221403 = 0.0230. Then 0.0230 × 20000 = 459.7.",
            "5089 / 221403 = 2.30%. Then 0.0230 × 20000 = 459.7.",
            "The rate is approximately 0.0230. Then 0.0230 × 20000 = 459.7.",
            "增长率约为0.0230，故0.0230×20000=459.7。",
        )
    ),
    *(("approximate", text) for text in ("1000 / 8.1 ≈ 124", "1000 / 8.1 = 124 (approximately)", "大约1000÷7≈143.5")),
    *(
        ("approximate", text)
        for text in ("1000 / 7.1 = about 141.5", "4123 + 999 ≈ 5150.", "121 × 0.0225 ≈ 120 × 0.0226")
    ),
    *(("percent_unclear", text) for text in ("6 / 24 = 25", "400 × 10% = 4000", "0.25 = 25 / 100 = 25")),
    *(("scale_unclear", text) for text in ("30 × 20000 = 600", "1000 × 5 = 5 million", "12000÷4=3")),
    *(("sign_unclear", text) for text in ("100 - 120 = 20 decrease", "100-120=20，减少")),
    *(
        ("skipped_words", text)
        for text in ("90 (sales) - 60 (cost) = 35", "2 pears + 3 plums = 6", "1 250 + 1 = 1 252")
    ),
    *(
        ("asked", text)
        for text in (
            "is 3*4 = 13?",
            "3*4 = 13? No.",
            "3*4 = 13, no wait, 12",
            "3*4=13，不对",
            "It is not 3*4 = 13.",
            "49 ÷ 10 = 4 with remainder 9",
        )
    ),
    *(("implied", text) for text in ("10 + 5 → 20",)),
    *(
        ("part", text)
        for text in (
            "2.5 × 471 = 2.5 × 400 = 1000",
            "752 + 243 - 14 = 700 + 243",
            "3,417.534 + 2.847945 * 16 = 45.56712.",
            "raise it to the power of (1/5) = 0.25.",
        )
    ),
    *(("range", text) for text in ("2003-12-31 = 5", "(2006 - 2005) / 2005 = (5 - 4) / 4.")),
    *(("broken_off", text) for text in ("1234 × 45 = 5",)),
    *(("table", text) for text in ("| step | note |\n|---|---|\n| 84 - 20 | 65 |",)),
    *(
        ("not_computable", text)
        for text in ("5 / 0 = 0", "9^9^9^9 = 5", "√(-4) = 2", "(1 - 1)^-1 = 1", "1 / (2 - 2) = 3")
    ),
]
NOTHING = [
    *(
        "x = 5",
        "Revenue - 60 = 40",
        "x * 3 = 12",
        "2x + 3 = 7",
        "100 + 20 = 40 × n",
        "3 = three",
        "1 Yen = 0.05 Reals",
        "6.5% = 0.065",
    ),
    *(
        "(1 + r)^2 = 1.21",
        "100 - cost = 40",
        "f(5) + 3 = 9",
        "x * (2 + 3) = 9",
        "(x + 2) * 3 = 9",
        "x * (y + 3 = 4)",
        "rate=0.004, nper=60",
        "5 + 3 > 7",
        "if y != 5 + 3",
        "3-5年为10",
        "A+B=12",
    ),
    *(
        "years 1-3 is 12%",
        "500k-1m is 2%",
        "| 84 - 20 |",
        "| 2019-12-31 | 5 |",
        "The total of 5 and 3 is 9",
        "84 - 20 and then 65",
    ),
    *(
        "收入-60=40",
        "净利润=收入-成本",
        "第3年为5",
        "",
        "=",
        "= 5",
        "5 =",
        "+ = 3",
        "1.2.3 + 1 = 5",
        "5! + 3 = 9",
        "\\sigma + 3 = 9",
    ),
]


def one(text: str) -> Calculation:
    (found,) = audit(text)
    return found


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_calculation_is_right(text: str) -> None:
    assert [found.value for found in audit(text)] == [True]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_calculation_is_wrong(text: str) -> None:
    assert [(found.value, found.reason) for found in audit(text)] == [(False, "differs")]


@pytest.mark.parametrize(("reason", "text"), UNDECIDED)
def test_what_can_be_excused_is_undecided(reason: str, text: str) -> None:
    found = [found for found in audit(text) if found.value is None]
    assert [calculation.reason for calculation in found] == [reason]
    assert not any(calculation.value is False for calculation in audit(text))


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_calculation_is_none(text: str) -> None:
    assert audit(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("47 / 90 = 0.5222 = 52.22%", [True, True]),
        ("Growth = [(84 - 80) / 80] * 100\n= [4 / 80] * 100\n= 5%", [True, True]),
        ("(84 - 80) / 80 = 5 / 80 = 0.0625", [False, True]),
        ("100 + 20 = 120 × 2 = 240", [True, True]),
        ("1200×5%=60=60元", [True, True]),
        ("10 / 4 = 2.6 = 2.5", [False, True]),
        ("3 + 4 = 7, 7 × 2 = 15 and 15 - 1 = 14", [True, False, True]),
        ("3+4=7，7×2=15；15-1=14。", [True, False, True]),
        ("0.8 * s * t = 0.8 * 0.15 = 0.12", [True]),
        ("(5 + 3 = 8) × 2 = 16", [True]),
        ("| 3 + 4 | 7 |\n| 5 - 3 | 2 |", [True, True]),
        # what goes on with the result before it
        ("150 + 152 = 302, +153 = 455, +150 = 605", [True, True, True]),
        ("4 (sales) + 3 (Term2) = 7\n\n+ 2 (Term3) = 9\n+1.5 = 10.5", [True, True, True]),
        ("71 / 850 = 0.083529, and multiplying by 100 gives 8.3529%", [True, True]),
        ("5 × 9 = 45. Dividing it by 10 gives 4.5.", [True, True]),
        ("150 + 152 = 302, +153 = 456", [True]),
    ],
)
def test_chains_are_read_step_by_step(text: str, expected: list[bool]) -> None:
    assert [found.value for found in audit(text)] == expected


def test_an_integer_that_was_rounded_before_may_be_off_by_half() -> None:
    assert one("350 × 30 = 10,512.").value is False
    assert [found.value for found in audit("700.8 / 2 ≈ 350. Then 350 × 30 = 10,512.")] == [True, None]


@pytest.mark.parametrize(
    ("text", "span", "stated", "computed"),
    [
        ("So $84 - $20 = $64 in all.", "$84 - $20 = $64", "$64", "64"),
        ("于是５８－２０＝３９元。", "５８－２０＝３９元", "３９元", "38"),
        ("x \\( \\frac{1}{4} \\times 100\\% = 25\\% \\) y", "\\frac{1}{4} \\times 100\\% = 25\\%", "25\\%", "25"),
        ("\\boxed{6 - 4 = 2}", "6 - 4 = 2", "2", "2"),
        ("6 - 4 = \\boxed{2} ok", "6 - 4 = \\boxed{2}", "2}", "2"),
        ("Net: 2.4 million × 2 = 4.8 million dollars.", "2.4 million × 2 = 4.8 million dollars", None, "4.8"),
        ("(30 - 24) / 24 = 25%", "(30 - 24) / 24 = 25%", "25%", "25"),
    ],
)
def test_spans_and_results_are_those_of_the_text_as_given(
    text: str, span: str, stated: str | None, computed: str
) -> None:
    found = one(text)
    assert found.text == span == text[found.start : found.end]
    assert found.stated == stated or stated is None
    assert found.computed == Decimal(computed)


def test_a_readable_text_is_as_long_as_it_was() -> None:
    for text in (
        "\\frac{1}{2} \\text{ of } 3",
        "％＝５",
        "{}}{\\frac{",
        "\\frac{a}{\\frac{b}{c}} \\",
        "\\boxed{\\boxed{",
        "𝟓＋",
    ):
        assert len(readable(text)) == len(text)


def test_the_reasons_are_a_closed_list() -> None:
    said = {found.reason for text in (*RIGHT, *WRONG, "2 / 3 = 0.66", "10 / 4 = 2.6 = 2.5") for found in audit(text)}
    assert said | {reason for reason, _ in UNDECIDED} == set(REASONS)


# A random expression with its true value, from whole numbers so that nothing can be excused by rounded operands.
SIGNS = st.sampled_from(
    [(" + ", "+"), (" - ", "-"), (" × ", "*"), (" / ", "/"), ("×", "*"), ("÷", "/"), ("减去", "-"), ("乘以", "*")]
)


@st.composite
def sums(draw: st.DrawFn) -> tuple[str, Decimal]:
    first, second = draw(st.integers(11, 99_999)), draw(st.integers(11, 9_999))
    (written, sign), (bracketed, third) = draw(SIGNS), draw(st.tuples(st.booleans(), st.integers(2, 99)))
    exact = {"+": first + second, "-": first - second, "*": first * second, "/": Decimal(first) / second}[sign]
    text = f"{first:,}{written}{second}" if draw(st.booleans()) else f"{first}{written}{second}"
    return (f"({text}) / {third}", Decimal(exact) / third) if bracketed else (text, Decimal(exact))


@quick
@given(sums(), st.integers(0, 8))
def test_a_true_value_rounded_to_any_precision_is_never_wrong(expression: tuple[str, Decimal], places: int) -> None:
    text, exact = expression
    stated = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    for written in (f"{text} = {stated:f}.", f"{text}等于{stated:,f}。", f"\\( {text} \\approx {stated:f} \\)"):
        assert [found.value for found in audit(written)] == [True]


@quick
@given(sums(), st.integers(1, 6), st.data())
def test_a_changed_digit_is_never_right(expression: tuple[str, Decimal], places: int, data: st.DataObject) -> None:
    text, exact = expression
    digits = list(f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}")
    index = data.draw(st.sampled_from([place for place, digit in enumerate(digits) if digit.isdigit()]))
    digits[index] = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[index]]))
    changed = Decimal("".join(digits))
    if abs(changed - exact) >= Decimal(1).scaleb(-places):
        assert not any(found.value for found in audit(f"{text} = {changed:f}."))


@quick
@given(anything)
def test_any_text_is_read_and_spans_lie_in_it_in_order(text: str) -> None:
    ordered(text)


PIECES = [
    *(
        "1",
        "12 + ",
        "(2 + 3)",
        " = ",
        "≈",
        "\n= ",
        "\n",
        "\\frac{",
        "}{",
        "}",
        "5%",
        " million",
        "万",
        "元",
        "等于",
        "为",
        ", ",
    ),
    *(
        "。",
        "|",
        "| 3 + 4 | 8 |\n",
        "$",
        "x",
        " is ",
        "of ",
        "^",
        "√",
        "-",
        "...",
        "?",
        "no",
        "\\text{",
        "**",
        "&=",
        "1 234",
        "²",
    ),
    *("it comes to", "and gives", "得", "约"),  # what may stand at a line's end, its number on the next
]


@quick
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_pieces_of_calculations_are_read(pieces: list[str]) -> None:
    ordered("".join(pieces))


@pytest.mark.parametrize("said", ["it comes to", "that is", "which gives", "这就是", "算得"])
def test_a_line_that_ends_where_its_number_should_stand_is_left(said: str) -> None:
    ordered(f"As asked: {said}\n$350 and 40 more.\n3 + 4 = 7\n")
    assert [found.value for found in audit(f"As asked: {said}\n$350 and 40 more.\n3 + 4 = 7\n")] == [True]


def ordered(text: str) -> None:
    found = audit(text)
    assert [one.start for one in found] == sorted(one.start for one in found)
    for calculation in found:
        assert 0 <= calculation.start < calculation.end <= len(text)
        assert calculation.text == text[calculation.start : calculation.end]
        assert calculation.reason in REASONS


HOSTILE = [
    *(
        "1",
        "(",
        "[",
        "1+",
        "=",
        "\\",
        "\\frac{",
        "\\frac{1}{",
        "{",
        "}",
        "| 1+1 ",
        "|",
        "1 + 1 = 2, ",
        "1+1=3 ",
        "1=",
        "1+1=",
        "1+2=4=",
    ),
    *(
        "a",
        "a ",
        "中",
        "等于",
        "1等于",
        "is ",
        "1 is ",
        "\n",
        "\n=",
        "1+1\n=3\n",
        " ",
        "1 234 ",
        "1,234,",
        "1.2.",
        "**",
        "1**",
        "9^9^",
    ),
    *(
        "√",
        "2^.5=1\n",
        "- ",
        "--1",
        "1% of ",
        "\ud800",
        "\x00",
        "...",
        "1+1=3?",
        "$",
        "\\text{",
        "&=",
        "<",
        "1e",
        "1e999",
        "x1",
        "(1) ",
    ),
    *(
        "1 (a) ",
        "a(",
        "approximately ",
        "= about ",
        "| 1 + 1 | 3 |\n",
        "，",
        "1，234",
        "1/0=",
        "ln ",
        "exp 9 = 1 ",
        "e^9",
        "- 1 - ",
        "a, ",
    ),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_a_text_of_any_kind_costs_what_its_length_says(piece: str) -> None:
    """Counted, not timed: the lines of ours that run grow with the length of the text, not faster."""
    short, long = (steps((piece * 2_000)[:length] + " = 1") for length in (1_000, 4_000))
    assert long < 6 * short + 4_000


def steps(text: str) -> int:
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        audit(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["1", "(", "1+", "=", "\\", "中", "1+1=2, ", "| 1 + 1 ", "{", "\\frac{1}{", "9^"], ids=ascii
)
def test_half_a_million_characters_are_read(piece: str) -> None:
    ordered((piece * 500_000)[:500_000] + " = 3")


def test_eight_threads_say_the_same() -> None:
    texts = [*RIGHT, *WRONG] * 3
    expected = [audit(text) for text in texts]
    said: list[bool] = []
    threads = [
        threading.Thread(target=lambda: said.append([audit(text) for text in texts] == expected)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [True] * 8


def test_prose_around_changes_nothing() -> None:
    words = "The firm sold its plants in the north and paid for two new ones in the south of the country"
    shuffled = words.split()
    random.Random(3).shuffle(shuffled)
    for text in ("84 - 20 = 65", "(30 - 24) / 24 = 25%"):
        around = f"{words}. We find {text}. {' '.join(shuffled)}."
        assert [(found.value, found.text) for found in audit(around)] == [(one(text + ".").value, text)]
