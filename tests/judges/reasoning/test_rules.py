"""Judge `rules`: a good trace meets all seven criteria, and each fault fails exactly the criterion that it concerns."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from judges.reasoning import ALL, CRITERIA, FIN_R1, Subject, combine, evidence, vote
from judges.reasoning.rules import VOTED_FROM
from judges.verdict import Score

GOOD = {
    "en": Subject(
        question="What share of the equity awards outstanding was granted to the named executive officers, in percent?",
        kind="percent",
        gold="17%",
        final="17%",
        right=True,
        language="en",
        reasoning=(
            "First, the table gives 2,577 thousand awards for the officers.\n\n"
            "Second, 15,121 thousand equity awards are outstanding in total.\n\n"
            "Third, 2,577 divided by 15,121 is 0.1704, a share of about 17% of the awards.\n\n"
            "Therefore the answer is 17%."
        ),
        answer="The officers hold \\boxed{17\\%} of the awards.",
    ),
    "zh": Subject(
        question="某一般纳税人本月不含税销售额200万元，不含税采购额100万元，税率13%，应缴纳增值税多少万元？",
        kind="number",
        gold="13",
        final="13",
        right=True,
        language="zh",
        reasoning=(
            "首先计算销项税额：不含税销售额200万元乘以税率13%，得26万元。\n\n"
            "其次计算进项税额：不含税采购额100万元乘以税率13%，抵扣一半以上的销项税额。\n\n"
            "最后用销项税额减去进项税额，应纳增值税为26减去13，即13万元。\n\n"
            "因此，答案是13。"
        ),
        answer="应缴纳增值税\\boxed{13}万元。",
    ),
}
ECHO = {
    "en": "Wait, let me check the total of the outstanding awards again.\n\n",
    "zh": "等一下，再核对一遍销项税额与进项税额的计算过程。\n\n",
}
ASIDE = {"en": "Let me check this again.", "zh": "我再来仔细核对一遍这个数字。"}
DRONE = {"en": "and divide the awards by all awards ", "zh": "再用销项税额减去进项税额，"}
END = {"en": "Therefore", "zh": "因此"}
SHORT = {
    "en": "Divide the officers' awards by all equity awards, so the answer is 17%.",
    "zh": "销项税额减去进项税额，因此应纳税额的答案是13。",
}
TRANSLATED = {
    "en": (
        "首先，表中高管获授2,577千份。\n\n其次，流通在外的股权激励合计15,121千份。\n\n"
        "两者相除得0.1704，即股份占比约17%。\n\n因此，答案是17%。"
    ),
    "zh": (
        "First, the output tax is 13% of sales of 200, that is 26.\n\nSecond, the input tax on the purchase is 13.\n\n"
        "Third, the tax payable is 26 less 13.\n\nTherefore the answer is 13."
    ),
}
NO_END = {"en": "That completes the working.", "zh": "以上就是全部推导过程。"}
OTHER_END = {"en": "Therefore the answer is 71%.", "zh": "因此，答案是31。"}
BROKEN = {"en": " Let me also check whether the", "zh": "不过还需要再看一下题目中"}
OFF_TOPIC = {
    "en": "First, boil 17% more water.\n\nThen add the noodles.\n\nStir and serve hot.\n\nThe answer is 17%.",
    "zh": "先把水烧开。\n\n再放入13克面条。\n\n撒上葱花，趁热吃。\n\n答案是13。",
}
OTHER_TERMS = {"en": "goodwill impairment loss", "zh": "汇兑损益"}


def votes_on(subject: Subject) -> tuple[Score, ...]:
    return vote(evidence(subject), FIN_R1.names)


def cut(text: str, mark: str) -> str:
    return text[: text.index(mark)]


def faulty(fault: str, language: str) -> Subject:
    good = GOOD[language]
    body = cut(good.reasoning, END[language])
    match fault:
        case "contradicting":
            return replace(good, reasoning=body + OTHER_END[language])
        case "none of the standard answer's terms":
            return replace(good, gold=OTHER_TERMS[language])
        case "too short":
            return replace(good, reasoning=SHORT[language])
        case "wrong answer":
            return replace(good, right=False)
        case "broken off":
            return replace(good, reasoning=good.reasoning + BROKEN[language])
        case "looping":
            return replace(good, reasoning=body + ECHO[language] * 12 + good.reasoning.removeprefix(body))
        case "echoing":
            return replace(good, reasoning=good.reasoning.replace("\n\n", f"\n\n{ASIDE[language]}\n\n"))
        case "droning":
            return replace(good, reasoning=body + DRONE[language] * 12 + good.reasoning.removeprefix(body))
        case "off topic":
            return replace(good, reasoning=OFF_TOPIC[language])
        case "wrong language":
            return replace(good, reasoning=TRANSLATED[language])
        case "no box":
            return replace(good, answer=good.final or "")
        case "two boxes":
            return replace(good, answer=good.answer + good.answer)
        case _:
            return good


FAULTS = {
    "none": None,
    "contradicting": "internal_consistency",
    "none of the standard answer's terms": "term_overlap",
    "too short": "step_count",
    "wrong answer": "logical_consistency",
    "looping": "content_diversity",
    "echoing": "content_diversity",
    "droning": "content_diversity",
    "off topic": "domain_relevance",
    "wrong language": "instruction_consistency",
    "no box": "instruction_consistency",
    "two boxes": "instruction_consistency",
}


@pytest.mark.parametrize("language", GOOD)
@pytest.mark.parametrize(("fault", "criterion"), FAULTS.items())
def test_a_fault_fails_exactly_its_own_criterion(fault: str, criterion: str | None, language: str) -> None:
    subject = faulty(fault, language)
    scores = votes_on(subject)
    assert {score.criterion: score.vote for score in scores} == {
        one.name: int(one.name != criterion) for one in CRITERIA
    }
    verdict = combine(scores, ALL)
    assert (verdict.value, verdict.extracted) == (criterion is None, criterion)


@pytest.mark.parametrize("language", GOOD)
def test_what_cannot_be_told_is_no_vote(language: str) -> None:
    good = GOOD[language]
    reasoning = cut(good.reasoning, END[language]) + NO_END[language]
    unsure = replace(good, right=None, gold=None, reasoning=reasoning, final="99")
    votes = {score.criterion: score.vote for score in votes_on(unsure)}
    undecided = {"internal_consistency", "term_overlap", "logical_consistency"}
    assert votes == {one.name: None if one.name in undecided else 1 for one in CRITERIA}


@pytest.mark.parametrize("language", GOOD)
def test_no_box_is_wanted_where_none_was_asked(language: str) -> None:
    unasked = replace(faulty("no box", language), boxed_asked=False)
    assert combine(votes_on(unasked), ALL).value is True
    silent = replace(unasked, final=None)
    votes = {score.criterion: score.vote for score in votes_on(silent)}
    assert votes["instruction_consistency"] == 0
    assert votes["internal_consistency"] is None


def test_real_traces_are_diverse_until_they_are_said_twice(data: Path) -> None:
    path = data / "traces" / "financereasoning_hard_deepseek_r1_120.json"
    once, twice = [], []
    for record in json.loads(path.read_text(encoding="utf-8")):
        subject = replace(GOOD["en"], reasoning=record["reasoning_content"], question=record["question"])
        for counts, repeated in ((once, 1), (twice, 2)):
            said = replace(subject, reasoning="\n\n".join([subject.reasoning] * repeated))
            votes = {score.criterion: score.vote for score in votes_on(said)}
            counts.append(votes["content_diversity"])
    assert sum(once) >= 0.95 * len(once)
    assert sum(twice) == 0


@pytest.mark.parametrize("language", GOOD)
def test_a_missing_end_after_the_answer_is_not_known_to_be_a_fault(language: str) -> None:
    subject = faulty("broken off", language)
    votes = {score.criterion: score.vote for score in votes_on(subject)}
    assert votes.pop("logical_consistency") is None
    assert set(votes.values()) == {1}


class _Read(dict[str, float | None]):
    """Measures that remember which of them were looked at."""

    def __init__(self, measures: Mapping[str, float | None]) -> None:
        super().__init__(measures)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> float | None:
        self.names.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("criterion", FIN_R1.names)
def test_a_vote_looks_at_the_measures_that_it_is_said_to_rest_on(criterion: str) -> None:
    seen = set()
    for fault in (*FAULTS, "broken off"):
        for language in GOOD:
            found = evidence(faulty(fault, language))
            read = _Read(found.measures)
            vote(replace(found, measures=read), [criterion])
            seen |= read.names
    assert seen == set(VOTED_FROM[criterion])
