"""The licence ledger: names as sources write them, what may stand under which licence, what is said when it may not."""

from itertools import product

import pytest

from curate.errors import UserError
from curate.names import known as known_names
from curate.names import module
from curate.records import SourceInfo
from curate.release.licence import Conflict, conflicts, fitting, known, refuse, table, terms

FINQA, CFLUE = ("finqa", "MIT", 6_251), ("cflue", "CC-BY-NC-SA-4.0", 1_204)
PUBLIC_DOMAIN = {"cc0-1.0", "pddl", "cdla-permissive-2.0"}
NONE = ("unknown", "proprietary", "other")


@pytest.mark.parametrize(
    ("written", "hub"),
    [
        ("MIT", "mit"),
        ("MIT License", "mit"),
        ("cc-by-nc-sa-4.0", "cc-by-nc-sa-4.0"),
        ("CC BY-NC-SA 4.0", "cc-by-nc-sa-4.0"),
        (" Apache License 2.0 ", "apache-2.0"),
        ("ODC-By-1.0", "odc-by"),
        ("odc-by", "odc-by"),
        ("ODbL-1.0", "odbl"),
        ("PDDL-1.0", "pddl"),
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("AGPL-3.0-only", "agpl-3.0"),
        ("Unknown", "unknown"),
        ("proprietary", "other"),
        ("other", "other"),
    ],
)
def test_names_are_read_in_both_spellings(written: str, hub: str) -> None:
    licence = known(written)
    assert licence is not None
    assert licence.hub == hub


@pytest.mark.parametrize("written", ["", "CC-BY-NC-SA", "CC-BY-5.0", "licence", "署名"])
def test_a_name_that_could_be_several_or_none_is_not_known(written: str) -> None:
    assert known(written) is None


def test_other_is_not_proprietary() -> None:
    other, proprietary = known("other"), known("proprietary")
    assert other is not None
    assert proprietary is not None
    assert (other.redistribute, proprietary.redistribute) == (None, False)


def test_every_row_of_the_table_says_what_it_allows_and_where_that_stands() -> None:
    for one in table():
        states = (one.redistribute, one.commercial, one.derivatives, one.attribution, one.share_alike)
        assert (None in states) == (one.name in NONE)
        assert one.where
        assert known(one.name) == one
        assert one.share_alike is not False or known(one.hub) == one
    assert len({one.name for one in table()}) == len(table())


def test_the_licences_of_all_source_modules_are_in_the_table() -> None:
    infos: list[SourceInfo] = [module("source", name).INFO for name in known_names("source")]
    assert len(infos) > 10
    assert [info.title for info in infos if known(info.licence) is None] == []


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("cc0-1.0", "no conditions"),
        ("MIT", "attribution"),
        ("CC-BY-SA-4.0", "attribution, share-alike"),
        ("cc-by-nc-sa-4.0", "attribution, non-commercial, share-alike"),
        ("CC-BY-NC-ND-4.0", "attribution, non-commercial, no derivatives"),
        ("proprietary", "no redistribution"),
        ("unknown", ""),
        ("of our own", ""),
    ],
)
def test_terms_in_words(licence: str, words: str) -> None:
    assert terms(licence) == words


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("CC0-1.0", {one.hub for one in table() if one.redistribute}),
        ("MIT", {one.hub for one in table() if one.redistribute} - PUBLIC_DOMAIN),
        ("CC-BY-4.0", {one.hub for one in table() if one.redistribute} - PUBLIC_DOMAIN),
        ("ODC-By-1.0", {one.hub for one in table() if one.redistribute} - PUBLIC_DOMAIN),
        ("CC-BY-SA-3.0", {"cc-by-sa-3.0", "cc-by-sa-4.0"}),
        ("CC-BY-SA-4.0", {"cc-by-sa-4.0"}),
        ("CC-BY-NC-4.0", {"cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0"}),
        ("CC-BY-NC-SA-3.0", {"cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"}),
        ("CC-BY-NC-SA-4.0", {"cc-by-nc-sa-4.0"}),
        ("ODbL-1.0", {"odbl"}),
        ("CDLA-Sharing-1.0", {"cdla-sharing-1.0"}),
        ("GPL-3.0", {"gpl-3.0"}),
        ("CC-BY-ND-4.0", set()),
        ("CC-BY-NC-ND-4.0", set()),
        ("unknown", set()),
        ("proprietary", set()),
        ("other", set()),
        ("of our own", set()),
    ],
)
def test_the_releases_in_which_rows_under_a_licence_may_stand(source: str, allowed: set[str]) -> None:
    assert set(fitting([("源", source, 1)])) == allowed


@pytest.mark.parametrize(
    ("source", "release", "why"),
    [
        (
            "CC-BY-NC-SA-4.0",
            "cc-by-nc-4.0",
            "what is made of it must be under the same licence, which cc-by-nc-4.0 is not",
        ),
        ("CC-BY-NC-4.0", "mit", "it forbids commercial use, which mit allows"),
        ("CC-BY-4.0", "cc0-1.0", "it demands attribution, which cc0-1.0 does not"),
        ("CC-BY-ND-4.0", "cc-by-nd-4.0", "it forbids to share what is made of it, as these rows are"),
        ("unknown", "mit", "what it allows is not known"),
        ("proprietary", "mit", "it does not allow redistribution"),
        ("CC-BY-44.0", "mit", "what it allows is not known; did you mean 'CC-BY-4.0'?"),
    ],
)
def test_a_conflict_says_why(source: str, release: str, why: str) -> None:
    assert conflicts(release, [("信贷题库", source, 7)], {}) == [Conflict("信贷题库", source, 7, why)]


def test_rows_under_a_release_s_own_licence_may_always_stand_in_it_unless_it_forbids_changes() -> None:
    for one in table():
        if one.redistribute:
            assert (conflicts(one.hub, [("a", one.name, 1)], {}) == []) == one.derivatives


def test_what_fits_a_sharing_release_of_two_sources_fits_each_of_them() -> None:
    names = [one.name for one in table()]
    for first, second in product(names, names):
        both = set(fitting([("a", first, 1), ("b", second, 1)]))
        assert both == set(fitting([("a", first, 1)])) & set(fitting([("b", second, 1)]))


def test_sources_without_rows_and_accepted_ones_do_not_conflict() -> None:
    empty = ("finpee", "proprietary", 0)
    assert conflicts("mit", [FINQA, empty], {}) == []
    assert [one.source for one in conflicts("mit", [FINQA, CFLUE, empty], {})] == ["cflue"]
    assert conflicts("mit", [FINQA, CFLUE], {"cflue": "its authors agreed, letter of 3 May"}) == []


def test_cflue_stops_a_release_under_mit_with_its_rows_and_what_to_do() -> None:
    held = [FINQA, CFLUE, ("基金知识库", "unknown", 1)]
    with pytest.raises(UserError) as stopped:
        refuse(conflicts("mit", held, {}), "mit", held)
    assert str(stopped.value).splitlines() == [
        "publish.licence: mit does not fit all that this release holds",
        "  cflue: 1,204 rows under CC-BY-NC-SA-4.0: it forbids commercial use, which mit allows; what is made of it "
        "must be under the same licence, which mit is not",
        "    (its text: 2(a)(1) for non-commercial purposes only; 3(a) attribution; "
        "3(b)(1) same elements and this version or later)",
        "  基金知识库: 1 row under unknown: what it allows is not known",
        "`licence: cc-by-nc-sa-4.0` fits the others; under no licence may rows of 基金知识库 stand here.",
        "Or leave the source out of the recipe; or, where you may publish it on other grounds, "
        '--accept-licence cflue --why "...", which is written into the card.',
    ]


def test_the_licence_that_is_advised_need_not_fit_what_is_accepted() -> None:
    held, accepted = [("百科", "CC-BY-SA-4.0", 9), FINQA, CFLUE], {"cflue": "its authors agreed"}
    with pytest.raises(UserError, match=r"`licence: cc-by-sa-4\.0` fits all\."):
        refuse(conflicts("mit", held, accepted), "mit", held, accepted)


def test_a_release_without_conflicts_is_not_refused() -> None:
    refuse(conflicts("cc-by-nc-sa-4.0", [FINQA, CFLUE], {}), "cc-by-nc-sa-4.0", [FINQA, CFLUE])


@pytest.mark.parametrize(
    ("held", "advice"),
    [
        ([FINQA, CFLUE], "`licence: cc-by-nc-sa-4.0` fits all."),
        ([FINQA], "`licence: mit` or `licence: apache-2.0` or `licence: cc-by-4.0` fits all."),
        ([CFLUE, ("百科", "CC-BY-SA-4.0", 2)], "No one licence fits all that may stand here."),
        ([("a", "unknown", 2), ("b", "other", 1)], "Under no licence may rows of a, b stand here."),
    ],
)
def test_a_release_without_a_licence_is_told_which_would_fit(held: list[tuple[str, str, int]], advice: str) -> None:
    with pytest.raises(UserError) as stopped:
        conflicts(None, [*held, ("leer", "unknown", 0)], {})
    first, *listed, last = str(stopped.value).splitlines()
    assert first == "publish.licence: a release needs one, and the recipe names none"
    assert [line.partition(":")[0].strip() for line in listed] == [name for name, _, _ in held]
    assert last == advice


@pytest.mark.parametrize(
    ("licence", "near"),
    [
        ("cc-by-nc-sa", "did you mean 'cc-by-nc-sa-4.0'?"),
        ("MITT", "did you mean 'mit'?"),
        ("unknown", "known: cc0-1.0"),
    ],
)
def test_a_release_under_what_is_no_known_licence_is_refused(licence: str, near: str) -> None:
    with pytest.raises(UserError) as stopped:
        conflicts(licence, [FINQA], {})
    assert f"publish.licence: '{licence}' is none that sources can be held against" in str(stopped.value)
    assert near in str(stopped.value)
