"""Faults planted into good traces: judge `rules` votes 0 on the criterion that each concerns, and 1 on all of the good
ones. The real traces, and every kind of fault in them: tests/bench/planted.py."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from judges.reasoning import FIN_R1, Subject, evidence
from tests.bench import planted
from tests.bench.planted import FAULTS, RESIDUE, SELF, TO_JUDGE, Measured, Planter, Trace, calculations, misread, scores

GOOD = {
    "margin": Subject(
        question="What was the gross margin of the segment in 2019, as a percent of its net sales?",
        context="segment | net sales | cost of sales\n2018 | 1,180 | 755\n2019 | 1,250 | 800",
        reasoning=(
            "The gross profit of the segment in 2019 is its net sales less the cost of sales, 1,250 - 800 = 450.\n\n"
            "The gross margin is this profit as a share of net sales, 450 / 1,250 = 0.36.\n\n"
            "As a percent of net sales this margin is 36%, so the answer is 36%."
        ),
        answer="The gross margin was \\boxed{36\\%}.",
        final="36%",
        kind="percent",
        gold="36%",
        right=True,
    ),
    "shares": Subject(
        question="How many shares would be outstanding after the buyback of 176 million, in millions?",
        context="shares outstanding, in millions: 1,328 at the end of 2012, 1,361 at the end of 2010",
        reasoning=(
            "The table gives 1,328 million shares outstanding at the end of 2012, before any buyback.\n\n"
            "The buyback takes 176 million of these off the market, so 1,328 - 176 = 1,152 remain outstanding.\n\n"
            "In millions of shares outstanding after the buyback, the answer is 1,152."
        ),
        answer="After it, \\boxed{1,152} million remain.",
        final="1,152",
        kind="number",
        gold="1152",
        right=True,
    ),
    "vat": Subject(
        question="某一般纳税人本月不含税销售额300万元，不含税采购额100万元，税率13%，应缴纳增值税多少万元？",
        reasoning=(
            "首先计算销项税额，不含税销售额乘以税率，300×13%=39万元。\n\n"
            "其次计算可以抵扣的进项税额，不含税采购额乘以税率，100×13%=13万元。\n\n"
            "最后，应缴纳的增值税为销项税额减去进项税额，39-13=26万元，因此答案是26。"
        ),
        answer="应缴纳增值税\\boxed{26}万元。",
        final="26",
        kind="number",
        gold="26",
        language="zh",
        right=True,
    ),
    "bond": Subject(
        question="某债券面值1000元，票面利率6%，当前市场价格800元，其当期收益率为（）。",
        options={"A": "6%", "B": "7.5%", "C": "8%", "D": "12.5%"},
        reasoning=(
            "债券每年支付的利息等于面值乘以票面利率，1000×6%=60元。\n\n"
            "当期收益率等于年利息除以债券的当前市场价格，60÷800=0.075，即7.5%。\n\n"
            "把当期收益率与各选项比较，只有B项的7.5%符合，因此答案是B。"
        ),
        answer="答案是\\boxed{B}。",
        final="B",
        kind="choice",
        gold="B",
        language="zh",
        right=True,
    ),
}
TRACES = [Trace(name, subject.language, subject) for name, subject in GOOD.items()]

# What stands in the good trace, what is put in its place: a calculation that is no longer true, a figure misread.
WRONG = {
    "margin": ("450 / 1,250 = 0.36", "450 / 1,250 = 0.63"),
    "shares": ("= 1,152 remain", "= 1,252 remain"),
    "vat": ("300×13%=39", "300×13%=38"),
    "bond": ("60÷800=0.075", "60÷300=0.075"),
}
MISREAD = {
    "margin": ("1,250 - 800", "1,520 - 800"),
    "shares": ("1,328 - 176", "1,328 - 116"),
    "vat": ("100×13%", "400×13%"),
    "bond": ("1000×6%", "1000×9%"),
}


def edited(edits: dict[str, tuple[str, str]]) -> Callable[[str], Subject]:
    def change(name: str) -> Subject:
        old, new = edits[name]
        assert GOOD[name].reasoning.count(old) == 1
        return replace(GOOD[name], reasoning=GOOD[name].reasoning.replace(old, new))

    return change


def by(planter: Planter) -> Callable[[str], Subject]:
    def change(name: str) -> Subject:
        trace = next(one for one in TRACES if one.id == name)
        changed = planter(trace, random.Random(17), TRACES)
        assert changed is not None
        return changed[0]

    return change


# The end of another question's reasoning that arrives at an answer of the same kind.
OTHER = {
    "margin": "Operating expenses were 300 of 1,500, a share of 0.2, so the answer is 20%.",
    "shares": "Sales rose from 400 to 500 million, by 100 million, so the answer is 100.",
    "vat": "应纳税所得额为300万元，乘以所得税税率25%，得75万元，因此答案是75。",
    "bond": "股票的预期收益等于无风险利率加上风险溢价，与C项一致，因此答案是C。",
}


def other_question(name: str) -> Subject:
    first = {"en": "The filing gives the figures by year.", "zh": "首先查看题目给出的数据。"}
    second = {"en": "One is to be set against the other.", "zh": "其次确定所用的公式。"}
    language = GOOD[name].language
    return replace(GOOD[name], reasoning=f"{first[language]}\n\n{second[language]}\n\n{OTHER[name]}")


def cut_off(name: str) -> Subject:
    first, second, _ = GOOD[name].reasoning.split("\n\n")
    return replace(GOOD[name], reasoning=f"{first}\n\n{second[: 17 if GOOD[name].language == 'en' else 8]}")


def second_step_gone(name: str) -> Subject:
    first, _, last = GOOD[name].reasoning.split("\n\n")
    return replace(GOOD[name], reasoning=f"{first}\n\n{last}")


def saying(wordings: dict[str, tuple[str, ...]]) -> Callable[[str], Subject]:
    def change(name: str) -> Subject:
        own = GOOD[name]
        first, rest = own.reasoning.split("\n\n", 1)
        return replace(own, reasoning=f"{first}\n\n{wordings[own.language][0]}\n\n{rest}")

    return change


CHANGES: dict[str, tuple[str, Callable[[str], Subject]]] = {
    "number in a calculation": ("logical_consistency", edited(WRONG)),
    "number misread": ("logical_consistency", edited(MISREAD)),
    "step deleted": ("step_count", second_step_gone),
    "short-cut": ("step_count", by(planted.short_cut)),
    "paragraph 5 times": ("content_diversity", by(planted.paragraph_five_times)),
    "sentence 10 times": ("content_diversity", by(planted.sentence_ten_times)),
    "other question": ("internal_consistency", other_question),
    "off topic": ("domain_relevance", by(planted.off_topic)),
    "contradicted": ("internal_consistency", by(planted.contradicted)),
    "language switched": ("instruction_consistency", by(planted.language_switched)),
    "cut off": ("logical_consistency", cut_off),
    "self-identification": ("instruction_consistency", saying(SELF)),
    "residue": ("instruction_consistency", saying(RESIDUE)),
    "speech to the judge": ("instruction_consistency", saying(TO_JUDGE)),
    "box removed": ("instruction_consistency", by(planted.box_removed)),
    "box doubled": ("instruction_consistency", by(planted.box_doubled)),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_trace_meets_all_criteria(name: str) -> None:
    said = scores(evidence(GOOD[name]))
    assert {one.criterion: (one.vote, one.rationale) for one in said.values() if one.vote != 1} == {}


def test_every_kind_of_fault_is_planted() -> None:
    assert list(CHANGES) == list(FAULTS)
    assert all(criterion in FAULTS[kind][0] for kind, (criterion, _) in CHANGES.items())


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("kind", CHANGES)
def test_a_planted_fault_fails_the_criterion_that_it_concerns(kind: str, name: str) -> None:
    criterion, change = CHANGES[kind]
    score = scores(evidence(change(name)))[criterion]
    assert score.vote == 0, score.rationale


def test_calculations_are_found_and_broken_without_the_audit() -> None:
    text = "So 5,829 - 5,735 = $94 million, 450 / 1,250 ≈ 36%, 200×13%=26万元, but 3 + 4 = 8 and 2*(3+4) = 14."
    assert [one[0].strip() for one in calculations(text)] == [
        "5,829 - 5,735 = $94 million",
        "450 / 1,250 ≈ 36%",
        "200×13%=26万元",
    ]
    chance = random.Random(17)
    numbers = ["17", "1,152", "0.075", "100"] * 50
    changed = [misread(number, chance) for number in numbers]
    assert all(one != other and len(one) == len(other) for one, other in zip(numbers, changed, strict=True))


# On real traces, with seed 17 and 20 of each kind and language: the share that is caught at least, English and Chinese.
# What was found stands in tests/bench/planted.py's table; here it is lower by some ten points.
CAUGHT = {
    "number in a calculation": (0.7, 0.8),
    "number misread": (0.3, 0.45),
    "step deleted": (0.0, 0.0),
    "short-cut": (0.95, 0.95),
    "paragraph 5 times": (0.9, 0.95),
    "sentence 10 times": (0.9, 0.95),
    "other question": (0.85, 0.9),
    "off topic": (0.9, 0.95),
    "contradicted": (0.8, 0.9),
    "language switched": (0.9, 0.9),
    "cut off": (0.5, 0.85),
    "self-identification": (0.9, 0.9),
    "residue": (0.7, 0.9),
    "speech to the judge": (0.9, 0.6),
    "box removed": (0.95, 0.95),
    "box doubled": (0.95, 0.95),
}
# And the share of untouched traces with a 0 at most. Of logical_consistency, three in four were read to be slips of the
# traces; CFLUE's analyses often exclude the other options without a word about the right one, or are two sentences.
ALARMED = {
    "internal_consistency": (0.02, 0.02),
    "term_overlap": (0.02, 0.09),
    "step_count": (0.04, 0.07),
    "logical_consistency": (0.07, 0.03),
    "content_diversity": (0.03, 0.02),
    "domain_relevance": (0.02, 0.02),
    "instruction_consistency": (0.03, 0.02),
}


@pytest.fixture(scope="module")
def real() -> Measured:
    """The real traces with their faults, or a reason to skip."""
    if not planted.DATA.is_dir():
        pytest.skip("the real corpus samples (../shared/data) are not on this machine")
    return planted.measured(planted.DATA, seed=17, most=20)


def test_on_real_traces_faults_are_caught_and_good_ones_let_pass(real: Measured) -> None:
    missed, alarmed = {}, {}
    for place, language in enumerate(planted.LANGUAGES):
        for kind, floors in CAUGHT.items():
            counts = real.hits(kind, language)
            if counts["hit"] < floors[place] * counts["planted"]:
                missed[kind, language] = counts["hit"], counts["planted"]
        counts = real.alarms(language)
        for name, ceilings in ALARMED.items():
            if counts[name] > ceilings[place] * counts["traces"]:
                alarmed[name, language] = counts[name], counts["traces"]
    assert (missed, alarmed) == ({}, {})
    assert len(real.planted) >= 400
    assert list(ALARMED) == list(FIN_R1.names)


def test_the_same_seed_plants_the_same_faults(data: Path) -> None:
    found = planted.traces(data)
    once, twice, other = ([one.shown for one in planted.plant(found, seed, 2)] for seed in (17, 17, 18))
    assert once == twice != other
