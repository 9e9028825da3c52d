import dataclasses
import re
from xml.etree import ElementTree

import pytest

from cards.facts import DatasetFacts
from cards.picture import funnel_picture
from tests.cards.facts import FULL, MINIMAL

SVG = "{http://www.w3.org/2000/svg}"


def texts(facts: DatasetFacts) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(funnel_picture(facts)).iter(f"{SVG}text")]


def bars(facts: DatasetFacts) -> list[float]:
    rectangles = list(ElementTree.fromstring(funnel_picture(facts)).iter(f"{SVG}rect"))
    return [float(one.attrib["width"]) for one in rectangles[1:]]


def test_stages_and_their_counts() -> None:
    counts = [int(text.replace(",", "")) for text in texts(FULL) if re.fullmatch(r"[\d,]+", text)]
    checked = 11_833 + 4446 + 466
    assert counts == [18_658, 18_645, checked, 11_833, 9212, 8911, 3784, 5960]


def test_what_was_lost_on_the_way() -> None:
    lost = [text for text in texts(FULL) if text.startswith("−")]
    assert lost == [
        "−13 unreadable 无法读取",
        "−1,845 dropped 筛除 · −48 no reasoning 没有推理 · −7 unfinished 未完成",
        "−4,446 wrong 错误 · −466 undecided 未定",
        "−2,125 bad 不合格 · −496 undecided 未定",
    ]


def test_bars_are_in_proportion() -> None:
    widths = bars(FULL)
    assert widths[0] == max(widths) == 400
    assert widths[4] == pytest.approx(400 * 9212 / 18_658, abs=0.1)


def test_nothing_lost_is_not_told_and_nothing_kept_has_no_bar() -> None:
    assert not [text for text in texts(MINIMAL) if text.startswith("−")]
    assert bars(MINIMAL)[-2:] == [0, 0]


def test_few_rows_of_many_are_still_seen() -> None:
    many = dataclasses.replace(FULL.sources[0], records=10**6, sft=1)
    assert bars(dataclasses.replace(FULL, sources=(many,)))[5] == 2


def test_a_title_cannot_break_the_picture_and_it_runs_nothing() -> None:
    picture = funnel_picture(dataclasses.replace(FULL, title='"/><script>alert(1)</script>&'))
    root = ElementTree.fromstring(picture)
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert root.findtext(f"{SVG}title") == '"/><script>alert(1)</script>& v1.2.0'


def test_the_same_facts_give_the_same_picture() -> None:
    assert funnel_picture(FULL) == funnel_picture(FULL)
