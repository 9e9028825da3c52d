"""What the codes in traces are called, in both languages: the page's script writes what the templates cannot.

trace_words(run, index)["reason:equal"]  ->  ("the answer equals the gold, ...", "按标准答案自身的精度...")
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from cards.words import words
from curate.calibration import GOOD
from curate.records import AnswerKind, Label, Module, Purpose
from curate.report.fates import DESTINATIONS, in_short, in_words
from curate.report.traces.marked import VALUES
from curate.report.words import PLACES_OF_NUMBERS, called, measured
from curate.runs import Run
from judges.reasoning import MEASURES
from judges.reasoning.arithmetic import REASONS as OF_ARITHMETIC
from judges.reasoning.criteria import FIN_R1
from judges.verdict import REASONS

Words = tuple[str, str]
_EN, _ZH = words("en"), words("zh")
_MISREAD = ("misread: a digit or a swap off a given one", "疑似抄错：与题目某数差一位，或有两位对调")
_CALCULATIONS_ZH: Mapping[str, str] = {
    "equal": "算式按所写精度给出该结果",
    "cut_off": "结果的末位是截断而非四舍五入",
    "earlier": "结果是同一连等式中前一个式子的结果",
    "differs": "算式给出的是另一个数",
    "rounded_numbers": "结果可能由四舍五入后的数算得",
    "approximate": "只说是约数，确实接近",
    "percent_unclear": "相差 100 倍：可能省略了百分号",
    "scale_unclear": "相差 10 的若干次方：可能省略了千、万等单位",
    "sign_unclear": "只差正负号，可能由“亏损”“下降”等词表示",
    "skipped_words": "中间夹有未能读懂的文字",
    "part": "后一个式子可能只是前一个的一部分",
    "broken_off": "文本到此中断，可能断在数字中间",
    "implied": "箭头可能表示推出，而不是等于",
    "range": "可能是区间或日期",
    "table": "表格的下一格不一定是结果",
    "asked": "作者在提问、假设或否定它",
    "not_computable": "除数为零，或数值过大",
}
assert _CALCULATIONS_ZH.keys() == OF_ARITHMETIC.keys()


def trace_words(run: Run, index: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    """The words of every code that a trace of the run can show; a code without words stands for itself."""
    meanings = {source["source"]: source["flags"] for source in run.record["sources"]}
    flags = sorted({(row["source"], flag) for row in index for flag in row["flag"]})
    return {
        **{f"reason:{code}": in_words(code) for code in REASONS},
        **{f"short:{code}": in_short(code) for code in REASONS},
        **{code: called(code) for code in VALUES.values()},
        **{f"calculation:{code}": _calculation(*called(code)) for code in VALUES.values()},
        **{f"place:{code}": called(code) for code in PLACES_OF_NUMBERS},
        "place:misread": _MISREAD,
        **{f"calculation:{code}": (said, _CALCULATIONS_ZH[code]) for code, said in OF_ARITHMETIC.items()},
        **{f"criterion:{one.name}": (one.en.title, one.zh.title) for one in FIN_R1.criteria},
        f"criterion:{GOOD}": ("the whole trace", "整条推理"),
        **{f"measure:{name}": measured(name) for name in MEASURES},
        **{f"label:{code}": called(f"label:{code}") for code in get_args(Label)},
        **{f"module:{code}": called(f"module:{code}") for code in ("", *get_args(Module))},
        **{f"kind:{code}": called(f"kind:{code}") for code in get_args(AnswerKind)},
        **{f"purpose:{code}": called(f"purpose:{code}") for code in get_args(Purpose)},
        **{f"language:{code}": called(code) for code in ("en", "zh")},
        **{f"goes_to:{code}": called(code) for code in DESTINATIONS},
        **{f"flag:{source}:{flag}": _flag(meanings[source].get(flag, "")) for source, flag in flags},
    }


def _calculation(english: str, chinese: str) -> Words:
    return f"{english} calculation", f"算式{chinese}"


def _flag(meaning: str) -> Words:
    return _EN(f"flag:{meaning}", meaning), _ZH(f"flag:{meaning}", meaning)
