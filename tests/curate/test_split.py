"""Splits and draws: seeded, the same in any order, and as stable as they say when rows are added."""

import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import UserError
from curate.records import Drop
from curate.release_spec import CapSpec, DifficultySpec, DrawSpec, MixSpec
from curate.split import Candidate, left_out, side

BAND = DifficultySpec(model="student", samples=8, keep=(0.125, 0.875))


def rows(number: int, source: str = "finqa", module: Any = "reasoning_business") -> list[Candidate]:
    """Rows that are groups of their own, as those of sources without documents are."""
    return [Candidate(f"{source}:{at}", source, module, f"{source}:{at}") for at in range(number)]


def draw(sources: dict[str, int], modules: dict[str, int] | None = None) -> DrawSpec:
    return DrawSpec.model_validate({"caps": {"sources": sources, "modules": modules or {}}})


def mix(shares: dict[str, float]) -> DrawSpec:
    return DrawSpec(mix=MixSpec(sources=shares))


def kept(candidates: Iterable[Candidate], wanted: DrawSpec, seed: int = 17, **more: Any) -> set[str]:
    candidates = list(candidates)
    return {one.id for one in candidates} - left_out(candidates, wanted, seed, **more).keys()


def counts(ids: Iterable[str]) -> dict[str, int]:
    return dict(Counter(one.partition(":")[0] for one in ids))


def test_a_side_is_what_it_was_in_the_first_release() -> None:
    groups = ("report-2019-17", "年报2020", "q8", "q13", "q14", "q54")
    validation = [group for group in groups if side(group, 0.1, seed=17) == "validation"]
    assert validation == ["q8", "q13", "q54"]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 0.5])
@pytest.mark.parametrize("seed", [0, 17, -3])
def test_the_share_of_the_groups_is_nearly_that_asked_for(share: float, seed: int) -> None:
    number = 20_000
    found = sum(side(f"年报{at}", share, seed) == "validation" for at in range(number))
    assert abs(found - share * number) <= 5 * (number * share * (1 - share)) ** 0.5


def test_seeds_draw_other_rows() -> None:
    groups = [f"g{at}" for at in range(2_000)]
    first, second = ({g for g in groups if side(g, 0.1, seed) == "validation"} for seed in (17, 18))
    assert len(first & second) < len(first) / 2
    assert kept(rows(200), draw({"finqa": 50}), 17) != kept(rows(200), draw({"finqa": 50}), 18)


@given(st.text(), st.integers(), st.floats(0, 0.99), st.floats(0, 0.99))
def test_a_larger_share_takes_no_group_out_of_validation(group: str, seed: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert side(group, low, seed) == "train" or side(group, high, seed) == "validation"


def test_a_cap_draws_rows_of_both_sides() -> None:
    """A draw by the hash that also decides the side would keep the validation rows first."""
    validation = sum(side(group, 0.1, 17) == "validation" for group in kept(rows(10_000), draw({"finqa": 1_000})))
    assert 50 <= validation <= 150


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abcdefgh"), max_size=40), st.floats(0, 0.99), st.integers())
def test_no_group_ever_crosses(groups: list[str], share: float, seed: int) -> None:
    sides = {(group, side(group, share, seed)) for group in groups}
    assert len(sides) == len(set(groups))


@pytest.mark.parametrize(
    ("rate", "drop"),
    [
        (0.0, Drop("pass_rate_out", "0 of 8 answers of student are right; kept are 0.125 to 0.875")),
        (1 / 8, None),
        (4 / 8, None),
        (7 / 8, None),
        (1.0, Drop("pass_rate_out", "8 of 8 answers of student are right; kept are 0.125 to 0.875")),
        (None, Drop("pass_rate_unknown", "0 of 8 answers of student are right or wrong")),
    ],
)
def test_the_band_holds_both_of_its_ends(rate: float | None, drop: Drop | None) -> None:
    one = Candidate("a:1", "a", None, "g", rate, 0 if rate is None else 8)
    assert left_out([one], DrawSpec(), 17, BAND).get("a:1") == drop
    assert left_out([one], DrawSpec(), 17) == {}


def test_a_question_with_answers_missing_is_not_too_easy_nor_too_hard() -> None:
    for missing in (1, 6):
        one = Candidate("a:1", "a", None, "g", None, 2, missing)
        drop = Drop("pass_rate_unknown", f"{missing} of 8 answers of student are missing")
        assert left_out([one], DrawSpec(), 17, BAND) == {"a:1": drop}


@given(st.integers(1, 1000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_rate_at_the_end_of_a_band_is_in_it_whatever_the_fraction(rate: tuple[int, int]) -> None:
    end = rate[0] / rate[1]
    one = Candidate("a:1", "a", None, "g", end, rate[1])
    band = DifficultySpec(model="student", keep=(float(repr(end)), end))
    assert left_out([one], DrawSpec(), 17, band) == {}


def test_the_band_comes_before_the_caps_and_the_mix() -> None:
    hard = [Candidate(f"a:{at}", "a", None, "g", 0.0 if at % 2 else 0.5, 8) for at in range(40)]
    assert len(kept(hard, draw({"a": 15}), difficulty=BAND)) == 15
    assert counts(kept([*hard, *rows(100, "b")], mix({"a": 0.2, "b": 0.8}))) == {"a": 25, "b": 100}
    easy = [Candidate(f"b:{at}", "b", None, "g", 0.5, 8) for at in range(100)]
    assert counts(kept([*hard, *easy], mix({"a": 0.2, "b": 0.8}), difficulty=BAND)) == {"a": 20, "b": 80}


def test_caps_keep_so_many_of_a_source_and_of_a_module() -> None:
    candidates = rows(300) + rows(50, "cflue", "professional_knowledge") + rows(80, "企业年报")
    left = left_out(candidates, draw({"finqa": 80, "cflue": 60}, {"reasoning_business": 120}), 17)
    assert counts({one.id for one in candidates} - left.keys()) == {"finqa": 80, "cflue": 50, "企业年报": 40}
    assert set(left.values()) == {
        Drop("over_config_cap", "80 of 300 rows of source finqa are kept"),
        Drop("over_config_cap", "120 of 380 rows of module reasoning_business are kept"),
    }


def test_a_row_that_one_cap_refuses_uses_up_no_room_of_the_other() -> None:
    candidates = rows(1_000) + rows(100, "tfns")
    left = kept(candidates, draw({"finqa": 10}, {"reasoning_business": 60}))
    assert counts(left) == {"finqa": 10, "tfns": 50}


def test_a_cap_of_none_keeps_none() -> None:
    assert kept(rows(5), draw({"finqa": 0})) == set()


@pytest.mark.parametrize(
    ("have", "shares", "expected"),
    [
        ({"a": 100, "b": 100}, {"a": 0.5, "b": 0.5}, {"a": 100, "b": 100}),
        ({"a": 100, "b": 30}, {"a": 0.7, "b": 0.3}, {"a": 70, "b": 30}),
        ({"a": 5, "b": 9}, {"a": 0.6, "b": 0.4}, {"a": 5, "b": 3}),
        ({"a": 1000, "b": 7, "c": 1000}, {"a": 0.1, "b": 0.1, "c": 0.8}, {"a": 7, "b": 7, "c": 56}),
        ({"a": 10, "b": 10, "其他": 4}, {"a": 0.5, "b": 0.5}, {"a": 10, "b": 10}),
        ({"a": 9, "b": 9, "c": 9}, {"a": 0.333333, "b": 0.333333, "c": 0.333334}, {"a": 8, "b": 8, "c": 9}),
        ({"a": 3}, {"a": 1}, {"a": 3}),
        ({}, {"a": 1}, {}),
    ],
)
def test_a_mix_takes_all_that_its_scarcest_source_allows(
    have: dict[str, int], shares: dict[str, float], expected: dict[str, int]
) -> None:
    candidates = [one for name, number in have.items() for one in rows(number, name)]
    assert counts(kept(candidates, mix(shares))) == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 97)), min_size=1, max_size=5))
def test_the_shares_of_a_mix_are_exact_to_less_than_a_row(wanted: list[tuple[int, int]]) -> None:
    whole = sum(weight for _, weight in wanted)
    shares = {f"s{at}": weight / whole for at, (_, weight) in enumerate(wanted)}
    have = {f"s{at}": number for at, (number, _) in enumerate(wanted)}
    found = counts(kept([one for name, number in have.items() for one in rows(number, name)], mix(shares)))
    total = min(number / shares[name] for name, number in have.items())
    assert all(abs(found.get(name, 0) - share * total) < 1.000001 for name, share in shares.items())
    assert any(found.get(name) == number for name, number in have.items())


def test_a_mix_of_modules_leaves_the_others_and_those_without_one_out() -> None:
    candidates = rows(10, "a", "code") + rows(4, "b", "reasoning_business") + rows(3, "c", None)
    left = left_out(candidates, DrawSpec(mix=MixSpec(modules={"code": 0.5, "reasoning_business": 0.5})), 17)
    assert counts({one.id for one in candidates} - left.keys()) == {"a": 4, "b": 4}
    assert Counter(drop.reason for drop in left.values()) == {"over_mix": 6, "outside_mix": 3}
    assert left["c:0"].detail == "the mix is of modules: code, reasoning_business"
    assert {drop.detail for drop in left.values() if drop.reason == "over_mix"} == {
        "4 of 10 rows of module code are kept"
    }


def test_a_mix_of_what_has_no_rows_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r"source 企业年报, of which no row is there"):
        left_out(rows(5), mix({"finqa": 0.5, "企业年报": 0.5}), 17)


def test_a_mix_is_of_what_the_caps_leave() -> None:
    candidates = rows(500, "a") + rows(500, "b")
    both = DrawSpec(caps=CapSpec(sources={"a": 40}), mix=MixSpec(sources={"a": 0.4, "b": 0.6}))
    assert counts(kept(candidates, both)) == {"a": 40, "b": 60}


DRAWS = [
    draw({"finqa": 100}),
    draw({"finqa": 90, "tfns": 20}, {"reasoning_business": 100}),
    DrawSpec(mix=MixSpec(sources={"finqa": 0.75, "tfns": 0.25})),
    DrawSpec(caps=CapSpec(modules={"code": 30}), mix=MixSpec(modules={"code": 0.5, "reasoning_business": 0.5})),
]


@pytest.mark.parametrize("wanted", DRAWS)
def test_the_order_of_the_rows_does_not_matter(wanted: DrawSpec) -> None:
    candidates = rows(200) + rows(60, "tfns") + rows(50, "quant", "code")
    shuffled = random.Random(3).sample(candidates, len(candidates))
    assert left_out(shuffled, wanted, 17) == left_out(candidates, wanted, 17)


def test_a_thousand_more_rows_move_none_of_the_old_ones_to_the_other_side() -> None:
    before = {one.id: side(one.group, 0.02, 17) for one in rows(5_000)}
    after = {one.id: side(one.group, 0.02, 17) for one in rows(6_000)}
    assert all(after[one] == where for one, where in before.items())


def test_under_a_cap_old_rows_make_way_for_new_ones_alone() -> None:
    """Each newcomer that is taken puts out the last of those that were; nobody else changes."""
    sizes = (300, 301, 400, 1_300)
    sets = [kept(rows(size) + rows(40, "tfns"), draw({"finqa": 100})) for size in sizes]
    for (size, before), (_, after) in pairwise(zip(sizes, sets, strict=True)):
        newcomers = {one for one in after if one.startswith("finqa:") and int(one.partition(":")[2]) >= size}
        assert after - before == newcomers
        assert len(before - after) == len(newcomers)


def test_more_rows_of_the_scarcest_source_put_no_row_of_a_mix_out() -> None:
    wanted = mix({"finqa": 0.75, "tfns": 0.25})
    before, after = (kept(rows(600) + rows(size, "tfns"), wanted) for size in (50, 80))
    assert before < after
    assert (counts(before), counts(after)) == ({"finqa": 150, "tfns": 50}, {"finqa": 240, "tfns": 80})


def test_more_rows_of_another_source_take_only_the_places_of_its_own() -> None:
    wanted = mix({"finqa": 0.75, "tfns": 0.25})
    before, after = (kept(rows(size) + rows(50, "tfns"), wanted) for size in (600, 1_600))
    assert {one for one in before ^ after if one.startswith("tfns")} == set()
    assert all(int(one.partition(":")[2]) >= 600 for one in after - before)
