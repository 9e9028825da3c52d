"""Round one beside the verdicts that real files hold. Every record on which the two differ, and every one left
undecided, was read: where ids stand below, the comment says who is right."""

import json
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from judges.answers import Policy
from judges.answers.audit import CONTRADICTING, audit
from judges.answers.match import Gold, match
from judges.answers.pairs import judged
from judges.verdict import Verdict
from tests.bench.answers import Told, told

R1 = "financereasoning_hard_deepseek_r1_120.json"
QWQ = "financereasoning_hard_qwq_80.json"
QWEN = "finqa_test_qwen3_4b_400.jsonl"
FAILED = "finqa_failed_think_200.json"
TURNS = "convfinqa_answer_judge_200.json"

# file, records decided as the file decides at least, records decided at all at least
ALIKE = [(R1, 105, 105), (QWQ, 63, 63), (QWEN, 120, 205), (FAILED, 155, 175), (TURNS, 183, 183)]

# Right for the file, wrong for ours.
CALLED_WRONG = {
    TURNS: {
        # 500.0 for 0.5 and 2800000000.0 for 2.8: another scale that nothing in the pair names; open.
        "Single_JPM/2013/page_104.pdf-2-0",
        "Single_IP/2009/page_36.pdf-1-0",
        # A percent without its sign, within 0.05 % of the gold but not equal at its precision (14.1374 for 0.14136):
        # rounded on the way, undecided at best.
        "Single_JKHY/2009/page_28.pdf-3-3",
        "Double_AES/2011/page_230.pdf-1",
        "Single_ADI/2009/page_90.pdf-3-2",
        "Single_RSG/2012/page_145.pdf-1-3",
        "Single_IP/2007/page_19.pdf-2-2",
        "Single_RCL/2006/page_37.pdf-2-1",
    }
}

# Wrong for the file, right for ours; of QWEN and FAILED, see the arithmetic below.
CALLED_RIGHT = {
    R1: {
        "test-2004",  # 3.81 for 3.8, which was 3.80 before JSON dropped its zero; the question asks two places: wrong
        "test-2107",  # 3.61 for 3.6: the mean is 3.605, and the file's float rounds it down; open
    },
    TURNS: {
        "Single_L/2016/page_62.pdf-1-1",  # 0.9818 for 0.9818: the file's judge wants it as a percent
        "Single_GPN/2017/page_91.pdf-2-1",  # 0.685 for 0.685: the same
        "Single_AAPL/2010/page_42.pdf-2-1",  # 0.4742 for 0.47419: the file's judge misreads the program
        "Single_MRO/2004/page_57.pdf-4-0",  # 4.3 for -4.3, asked by how much it declined
    },
}

# Right for the file, undecided for ours: replies that end in the midst of a sentence or of a box.
CUT_OFF = {"158", "205", "218", "287", "305", "347"}

# Answers that a reply's end cut off, where the gold begins like them or the line is a formula: nobody can tell.
MAY_BE_CALLED_WRONG = {"1", "14", "21", "41", "79", "149", "180", "240", "345", "384"}

_NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")
_DECREASE = re.compile(r"decreas|declin", re.IGNORECASE)


@cache
def _judged(path: Path) -> list[tuple[Told, Verdict]]:
    return [(record, judged(record.pair)) for record in told(path)]


@pytest.fixture
def traces(data: Path) -> Path:
    """The folder of the real traces."""
    return data / "traces"


def decided(path: Path, right: bool, value: bool | None) -> set[str]:
    """The records of one cell of the table of file and ours."""
    return {record.pair.id for record, verdict in _judged(path) if record.right is right and verdict.value is value}


@pytest.mark.parametrize(("name", "alike", "most"), ALIKE)
def test_most_records_are_decided_as_the_file_decides(traces: Path, name: str, alike: int, most: int) -> None:
    values = Counter((record.right, verdict.value) for record, verdict in _judged(traces / name))
    assert values[True, True] + values[False, False] >= alike
    assert sum(count for (_, value), count in values.items() if value is not None) >= most


@pytest.mark.parametrize("name", [R1, QWQ, QWEN, FAILED, TURNS])
def test_nothing_that_is_right_is_called_wrong(traces: Path, name: str) -> None:
    assert decided(traces / name, True, False) <= CALLED_WRONG.get(name, set())


@pytest.mark.parametrize("name", [R1, QWQ, TURNS])
def test_what_a_file_calls_wrong_is_called_right_only_where_it_was_read(traces: Path, name: str) -> None:
    assert decided(traces / name, False, True) <= CALLED_RIGHT.get(name, set())


@pytest.mark.parametrize("name", [R1, QWQ])
def test_the_files_own_tolerance_leaves_nothing_near_open(traces: Path, name: str) -> None:
    own = Policy(tolerance=0.002)  # FinanceReasoning's
    verdicts = [(record, judged(record.pair, own)) for record in told(traces / name)]
    assert not [record.pair.id for record, verdict in verdicts if record.right and verdict.value is False]
    assert {verdict.reason for _, verdict in verdicts if verdict.value is None} <= {
        "answer_missing",
        "answers_disagree",
    }
    alike = sum(verdict.value is record.right for record, verdict in verdicts)
    assert alike >= {R1: 118, QWQ: 75}[name]


def test_replies_cut_off_are_left_undecided(traces: Path) -> None:
    assert decided(traces / QWEN, True, None) <= CUT_OFF
    cut = {
        record.pair.id
        for record, verdict in _judged(traces / QWEN)
        if verdict.value is False and not record.right and _is_cut(record.pair.answer, verdict.extracted or "")
    }
    assert cut <= MAY_BE_CALLED_WRONG


def _is_cut(reply: str, extracted: str) -> bool:
    """Does a reply end with its answer, and was that in no block that was closed?"""
    closed = f"{extracted}[/FINAL_ANSWER]" in reply
    return bool(extracted) and not closed and reply.rstrip(" .*").endswith(extracted.rstrip(" ."))


@pytest.mark.parametrize(("name", "least"), [(QWEN, 80), (FAILED, 15)])
def test_what_ours_alone_calls_right_is_so_by_plain_arithmetic(traces: Path, name: str, least: int) -> None:
    """Both files want the gold to its last digit: 12.1 is no 12. Here each is rounded, or cut off, to the other."""
    found = [
        record.pair for record, verdict in _judged(traces / name) if verdict.value is True and record.right is False
    ]
    said = {pair.id: judged(pair).extracted or "" for pair in found}
    unexplained = {
        pair.id
        for pair in found
        if pair.gold.answer_kind != "boolean"
        and not rounds(said[pair.id], pair.gold.gold or "", signless=bool(_DECREASE.search(pair.gold.question)))
    }
    assert unexplained <= ({"129"} if name == QWEN else set())  # 190 for 189625, asked in thousands
    assert len(found) >= least


def rounds(said: str, gold: str, *, signless: bool) -> bool:
    """Is one number the other, rounded or cut off, as it stands or as a percent?"""
    one, other = (_NUMBER.search(text.replace(" ", "")) for text in (said, gold))
    if one is None or other is None:
        return False
    value, wanted = (Decimal(found[0].replace(",", "")) for found in (one, other))
    if signless:
        value, wanted = abs(value), abs(wanted)
    for factor in (0, 2, -2):
        shifted = value.scaleb(factor)
        if any(abs(shifted - wanted) < step(number) for number in (wanted, shifted)):
            return True
    return False


def step(number: Decimal) -> Decimal:
    """One unit in the last written place."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def test_finqa_golds_fall_into_the_classes_that_were_measured_on_all_of_them(data: Path) -> None:
    """150 of FinQA's 1,147 test golds; the shares of all: agree 86.9 %, percent forms 2.1, cut off 1.8, sign 0.8, scale
    0.2, empty 1.2, other type or number 7.0 (measured at the gold's own decimals)."""
    lines = (data / "finqa" / "test_rawdocs_150.jsonl").read_text(encoding="utf-8").splitlines()
    flags: dict[str | None, set[str]] = {}
    values: Counter[tuple[str | None, bool | None]] = Counter()
    for record in map(json.loads, lines):
        qa = record["qa"]
        kind = "boolean" if qa["answer"] in ("yes", "no") else "percent" if "%" in qa["answer"] else "number"
        flag = audit(qa["answer"], str(qa["exe_ans"]), kind, percent="percent" in qa["question"])
        flags.setdefault(flag, set()).add(record["id"])
        verdict = match(str(qa["exe_ans"]), Gold(kind, qa["answer"]))
        values[flag, verdict.value] += 1
    counts = {flag: len(ids) for flag, ids in flags.items()}
    assert sum(counts.values()) == 150

    # Each class within three standard deviations of its share of all 1,147.
    agree = counts.get(None, 0) + counts.get("gold_truncated", 0)
    for count, share in (
        (agree, 0.908),
        (counts.get("gold_truncated", 0), 0.018),
        (counts.get("gold_sign", 0), 0.008),
        (counts.get("gold_scale", 0), 0.002),
        (counts.get("gold_empty", 0), 0.012),
        (sum(counts.get(flag, 0) for flag in ("gold_conflict", "gold_unclear")), 0.070),
    ):
        assert abs(count - 150 * share) <= 3 * (150 * share * (1 - share)) ** 0.5 + 1, (count, share)

    # Read one by one: these contradict each other, and no other two do.
    assert set().union(*(flags.get(flag, set()) for flag in CONTRADICTING)) == {
        "MRK/2013/page_125.pdf-4",  # 44.59% and 0.44583, which rounds to 44.58%
        "EL/2008/page_59.pdf-1",  # 219.35 and 21.93548: ten times
        "CME/2010/page_91.pdf-1",
        "UNP/2018/page_74.pdf-2",  # 4.8% and 0.0473
        "INTC/2013/page_31.pdf-4",
        "CME/2010/page_123.pdf-5",
        "SNA/2013/page_34.pdf-2",  # 45.51 and 0.4551, a percent that neither the gold nor the question calls one
        "MSI/2014/page_76.pdf-1",
        "ABMD/2012/page_79.pdf-1",
        "PNC/2012/page_65.pdf-5",
        "STT/2009/page_25.pdf-2",
        "AES/2001/page_85.pdf-2",
        "AMT/2006/page_113.pdf-1",
        "ABMD/2005/page_29.pdf-1",
        "FIS/2016/page_31.pdf-4",  # 211810 and 2118100: ten times
        "ETR/2004/page_281.pdf-2",  # 63.0% and 0.62946, which rounds to 62.9%
    }
    assert flags["gold_sign"] == {"APD/2018/page_121.pdf-2", "SLG/2011/page_91.pdf-2", "MSI/2008/page_69.pdf-1"}
    assert flags["gold_empty"] == {
        "AWK/2017/page_148.pdf-4",
        "HIG/2011/page_53.pdf-4",
        "RSG/2018/page_135.pdf-2",
        "JPM/2010/page_120.pdf-2",
    }
    # What the audit lets pass, the matcher calls right, but for golds of one digit (3% and 0.02652).
    assert (values[None, False], values[None, None]) == (0, 3)
    assert not any(values[flag, True] for flag in (*CONTRADICTING, "gold_sign", "gold_empty"))
