from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.report.facts import Flow
from curate.report.fates import GROUPS, group_of, in_short, in_words
from curate.report.overview.flows import LINE, THINNEST, Node, Picture, Ribbon, funnel_picture
from curate.report.overview.lettering import cut, wide
from judges.verdict import REASONS
from tests.curate.report.shown_facts import FACTS

FLOW = st.builds(
    Flow,
    source=st.sampled_from([f"source-{n}" for n in range(20)] + ["all_criteria", ""]),
    label=st.sampled_from(["good", "bad", "undecided", "dropped"]),
    reason=st.sampled_from(list(REASONS)[:40]),
    goes_to=st.sampled_from(["sft", "rl", "rejects", "waiting"]),
    questions=st.integers(0, 100_000),
)


def drawn(flows: Iterable[Flow]) -> Picture:
    picture = funnel_picture(flows)
    assert picture is not None
    return picture


def bundles(picture: Picture, node: Node) -> tuple[list[Ribbon], list[Ribbon]]:
    """The ribbons that begin and end at a node."""
    ribbons = picture.ribbons
    return [r for r in ribbons if r.start == node.station], [r for r in ribbons if r.end == node.station]


def check(picture: Picture, total: int) -> None:
    for column in range(3):
        nodes = [one for one in picture.nodes if one.station.column == column]
        assert sum(one.count for one in nodes) == total
        assert all(one.height > 0 and one.y >= 0 and one.y + one.height <= picture.height for one in nodes)
        middles = sorted(one.label_y for one in nodes)
        assert all(below - above >= LINE for above, below in pairwise(middles)), "labels meet"
    for node in picture.nodes:
        for ribbons, end in zip(bundles(picture, node), ("y", "to_y"), strict=True):
            if not ribbons:
                continue
            assert sum(one.count for one in ribbons) == node.count
            tops = sorted((getattr(one, end), one.width) for one in ribbons)
            assert tops[0][0] == pytest.approx(node.y)
            assert all(y + width == pytest.approx(below, abs=0.02) for (y, width), (below, _) in pairwise(tops))
            assert tops[-1][0] + tops[-1][1] <= node.y + node.height + 0.1
    assert all(one.width >= THINNEST for one in picture.ribbons)
    for one in picture.headings:
        labels = [node.label_y for node in picture.nodes if node.station.column == 1]
        assert all(abs(one.y - 5 - label) >= LINE - 3 for label in labels), "a heading meets a label"


@given(st.lists(FLOW, max_size=60))
@settings(max_examples=60, deadline=None)
def test_ribbons_fill_their_nodes_and_labels_never_meet(flows: list[Flow]) -> None:
    total = sum(flow.questions for flow in flows)
    if total:
        check(drawn(flows), total)
    else:
        assert funnel_picture(flows) is None


def test_facts_with_all_that_is_hard_are_drawn() -> None:
    picture = drawn(FACTS.flows)
    check(picture, sum(flow.questions for flow in FACTS.flows))
    assert picture.width <= 1168, "wider than the page"
    assert all(one.label_x - wide(f"{one.en} {one.count:,}") >= -1 for one in picture.nodes if one.anchor == "end")


def test_widths_are_in_proportion() -> None:
    flows = [Flow("a", "good", "equal", "sft", 300), Flow("a", "bad", "number_differs", "rl", 100)]
    picture = drawn(flows)
    wide, narrow = sorted((r.width for r in picture.ribbons if r.start.column == 0), reverse=True)
    assert wide == pytest.approx(3 * narrow, abs=0.02)
    (source,) = (one for one in picture.nodes if one.station.column == 0)
    assert source.height == pytest.approx(wide + narrow, abs=0.02)


def test_what_is_small_is_folded_and_counted() -> None:
    small = [Flow("a", "undecided", reason, "rejects", 1) for reason in list(REASONS)[12:22]]
    picture = drawn([Flow("a", "good", "equal", "sft", 10_000), *small])
    folded = {node.en: node.count for node in picture.nodes if node.station.column == 1 and not node.station.key}
    assert folded == {"other (9)": 9}


def test_a_single_small_one_keeps_its_name() -> None:
    flows = [Flow(f"s{n}", "good", "equal", "sft", 1000 - n) for n in range(15)]
    assert all(node.station.key for node in drawn(flows).nodes)
    assert [node.en for node in drawn([*flows, Flow("s15", "good", "equal", "sft", 1)]).nodes][14] == "other (2)"


def test_a_ribbon_leads_to_its_traces() -> None:
    picture = drawn([Flow("a&b", "bad", "number_differs", "rl", 1)])
    assert [one.href for one in picture.ribbons] == [
        "#traces?source=a%26b&label=bad&reason=number_differs",
        "#traces?label=bad&reason=number_differs&goes_to=rl",
    ]


def test_what_is_folded_has_no_list_of_its_own() -> None:
    flows = [Flow("a", "undecided", f"reason_{at}", "rejects", 40 - at) for at in range(9)]
    picture = drawn(flows)
    assert [one.station.href for one in picture.nodes if one.en.startswith("other")] == [""]
    for one in picture.ribbons:
        assert bool(one.href) == bool(one.start.key and one.end.key)


@pytest.mark.parametrize(
    ("flow", "group"),
    [
        (Flow("a", "good", "all_criteria", "sft", 1), "good"),
        (Flow("a", "bad", "judges_bad", "rl", 1), "unsound"),
        (Flow("a", "bad", "judged_wrong", "rl", 1), "wrong"),
        (Flow("a", "undecided", "pending", "waiting", 1), "waiting"),
        (Flow("a", "undecided", "error", "rejects", 1), "undecided"),
        (Flow("a", "dropped", "overlap", "rejects", 1), "dropped"),
    ],
)
def test_flows_are_grouped_by_what_was_decided(flow: Flow, group: str) -> None:
    assert group_of(flow) == group
    assert group in GROUPS


@pytest.mark.parametrize("code", REASONS)
def test_reasons_are_told_in_both_languages_without_naming_a_column(code: str) -> None:
    for english, chinese in (in_words(code), in_short(code)):
        assert english
        assert chinese
        assert english != chinese
        assert "detail" not in english + chinese


def test_labels_are_cut_to_their_room() -> None:
    for text in ("as many judges as the recipe asks for", "判为合格的评审达到配方要求的数目", "a"):
        for room in (40, 90, 1000):
            assert wide(cut(text, room)) <= room
            assert cut(text, room) == text or cut(text, room).endswith("…")
