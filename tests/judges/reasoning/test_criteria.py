"""Criteria are data: Fin-R1's seven, complete in both languages, and sets of one's own known by every word."""

from dataclasses import replace

import pytest

from judges.answers.text import HAN
from judges.reasoning import CRITERIA, FIN_R1, Criterion, Wording
from judges.reasoning.criteria import NAMES, chosen

UNITS = Criterion("units", Wording("units", "Every amount has its unit."), Wording("单位", "每个金额都有单位。"))


def test_the_seven_are_the_papers_in_its_order() -> None:
    assert (
        *("internal_consistency", "term_overlap", "step_count", "logical_consistency", "content_diversity"),
        *("domain_relevance", "instruction_consistency"),
    ) == NAMES


@pytest.mark.parametrize("criterion", CRITERIA, ids=NAMES)
def test_each_is_worded_in_full_in_both_languages(criterion: Criterion) -> None:
    for wording, chinese in ((criterion.en, False), (criterion.zh, True)):
        for text in (wording.title, wording.definition, wording.met, wording.unmet, wording.paper):
            assert text.strip()
            assert bool(HAN.search(text)) is chinese
    assert criterion.wording("zh") is criterion.zh
    assert criterion.wording("en") is criterion.en


def test_a_set_is_chosen_reworded_and_extended() -> None:
    reworded = Criterion("step_count", Wording("steps", "Five steps."), Wording("步骤", "五步。"))
    own = chosen("mine", ["term_overlap", reworded, UNITS])
    assert own.names == ("term_overlap", "step_count", "units")
    assert own.criteria[0] is CRITERIA[1]
    assert own.criteria[1].en.definition == "Five steps."
    with pytest.raises(KeyError, match="clarity"):
        chosen("mine", ["clarity"])


def test_the_digest_knows_every_word_and_the_order_but_not_the_name() -> None:
    same = chosen("another name", NAMES)
    assert same.digest == FIN_R1.digest
    assert same.known_as == f"another name@{FIN_R1.digest}"
    first = CRITERIA[0]
    for field in ("title", "definition", "met", "unmet", "paper"):
        for language in ("en", "zh"):
            other = replace(first, **{language: replace(first.wording(language), **{field: "other"})})
            assert replace(FIN_R1, criteria=(other, *CRITERIA[1:])).digest != FIN_R1.digest
    assert replace(FIN_R1, criteria=CRITERIA[::-1]).digest != FIN_R1.digest
