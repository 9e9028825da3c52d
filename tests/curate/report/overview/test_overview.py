"""The overview as a page: what it says, in both languages, of facts that are hard to show."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from curate.report.facts import Facts, Timeline
from curate.report.overview import pivots
from curate.report.overview.values import contents, overview
from curate.report.page import page
from curate.report.traces.bundle import SCRIPTS, Bundle
from curate.report.words import MEASURED, model_named
from judges.reasoning import MEASURES
from tests.curate.report.shown_facts import FACTS

_NAME = FACTS.head.name
# Names that are the same in every language: of configs, of a statistic, of commands.
_OURS = {
    "sft",
    "rl",
    "rejects",
    "kappa",
    "n",
    "T",
    "limit",
    f"curate show {_NAME} --label",
    f"curate calibrate {_NAME}",
}


def shown(facts: Facts) -> str:
    bundle = Bundle(3, 9, "", (), {})
    return page(
        "report", styles=("report.css",), scripts=(*SCRIPTS, "report.js"), title="T", bundle=bundle, **overview(facts)
    )


FULL = shown(FACTS)
EMPTY = dataclasses.replace(
    FACTS,
    head=dataclasses.replace(FACTS.head, stopped=None, models={}),
    timeline=Timeline({}, 0, 0, "", 1.0, ()),
    **{
        field.name: () if isinstance(getattr(FACTS, field.name), tuple) else None
        for field in dataclasses.fields(Facts)
        if field.name not in ("head", "people", "timeline")
    },
)


class Read(HTMLParser):
    """tags: every element with its attributes; texts: each text with the language that it is shown in, or ""."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            names = (dict(attrs).get("class") or "").split()
            self._open.append((tag, next((one for one in ("en", "zh") if one in names), "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if data.strip() and not {"script", "style", "title"} & set(inside):  # titles of ribbons are codes and counts
            self.texts.append((next((one for _, one in reversed(self._open) if one), ""), " ".join(data.split())))


def strings(value: Any) -> Iterator[str]:
    """Every text of facts."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        yield from value
        value = value.values()
    if isinstance(value, str):
        yield value
    elif hasattr(value, "__iter__"):
        for one in value:
            yield from strings(one)


@pytest.mark.parametrize("facts", [FACTS, EMPTY], ids=["full", "empty"])
def test_all_words_of_ours_stand_in_both_languages(facts: Facts) -> None:
    html = shown(facts).partition('<div id="overview">')[2].partition('</div>\n<section class="traces"')[0]
    texts = Read(html).texts
    data = [" ".join(one.split()) for one in strings(facts)]
    alone = [part for language, text in texts if not language and text not in _OURS for part in text.split(" / ")]
    for text in alone:
        numbers = re.fullmatch(r"[^A-Za-z一-鿿]*(?:[kMG]|UTC)?", text)
        assert numbers or any(text.removesuffix("…").strip() in one for one in data), f"in one language only: {text}"
    english, chinese = ([text for language, text in texts if language == name] for name in ("en", "zh"))
    assert len(english) == len(chinese) > 50
    ours = [text for text in english if not any(text.removesuffix("…") in one for one in data) and text != "中文"]
    assert {text for text in ours if re.search("[一-鿿]", text)} <= {MEASURED["hedges"][0]}


def test_what_facts_hold_is_text_wherever_it_stands() -> None:
    read = Read(FULL)
    assert "<script>alert(1)</script>" in "".join(text for _, text in read.texts)
    kinds = [attributes.get("type") for tag, attributes in read.tags if tag == "script"]
    assert kinds.count(None) == 1 + len(SCRIPTS) + 1
    assert all(kind in (None, "application/json", "application/octet-stream") for kind in kinds)
    for _, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on")]


def test_nothing_is_loaded_and_links_go_inside_or_to_homes() -> None:
    for tag, attributes in Read(FULL).tags:
        assert not {"src", "srcset", "data", "action", "poster", "xlink:href"} & set(attributes), tag
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        href = attributes.get("href") or "#"
        if not href.startswith("#"):
            assert href.startswith("https://")
            assert "noreferrer" in (attributes.get("rel") or "")
    assert "url(" not in FULL
    assert "@import" not in FULL


def test_links_inside_the_page_lead_somewhere() -> None:
    read = Read(FULL)
    ids = {attributes["id"] for _, attributes in read.tags if attributes.get("id")}
    places = {attributes["href"] for tag, attributes in read.tags if tag == "a" and attributes.get("href")}
    inside = {place[1:] for place in places if place and re.fullmatch("#[a-z]+", place)}
    assert inside <= ids | {"traces"}
    keys = {key for place in places if place and "?" in place for key in re.findall(r"[?&](\w+)=", place)}
    assert keys <= {"source", "label", "goes_to", "reason", "criterion", "judge", "language", "kind", "module", "flag",
                    "audit", "attempts"}  # fmt: skip


def test_sections_without_anything_to_say_are_left_out() -> None:
    assert [id for id, _ in contents(EMPTY)] == [
        "run",
        "funnel",
        "screens",
        "criteria",
        "agreement",
        "cost",
        "timeline",
    ]
    assert len(contents(FACTS)) == 12
    ids = [attributes.get("id") for tag, attributes in Read(shown(EMPTY)).tags if tag == "section"]
    assert "measures" not in ids
    assert "No model was asked." in shown(EMPTY)
    assert "尚无人工标注" in shown(EMPTY)


def test_a_source_that_is_read_but_empty_has_no_rate() -> None:
    row = re.search(r"<th scope=\"row\">tfns</th>\s*(<td.*?)</tr>", FULL, re.DOTALL)
    assert row is not None
    assert "%" not in row[1]


def test_one_model_without_a_price_leaves_what_all_cost_unknown() -> None:
    assert pivots.known(FACTS.costs) == pytest.approx(9880.74)
    spent = pivots.in_all(FACTS.costs, kept=10)
    assert (spent.usd, spent.usd_per_kept) == (None, None)
    priced = pivots.in_all(FACTS.costs[:2], kept=10)
    assert (priced.usd, priced.usd_per_kept) == (pytest.approx(9880.74), pytest.approx(988.074))
    assert pivots.in_all(FACTS.costs[:2], kept=0).usd_per_kept is None
    tiles = FULL.partition('<dl class="tiles">')[2].partition("</dl>")[0]
    total = FULL.partition('<section id="cost">')[2].partition("<tfoot>")[2].partition("</tfoot>")[0]
    for part in (tiles, total):
        assert "at least</span>" in part
        assert "至少" in part
        assert part.count("$") == 1
    assert "A dash: the recipe gives no price" in FULL


def test_undecided_votes_stand_outside_the_rate() -> None:
    cell = re.search(r"criterion=term_overlap&amp;judge=judge-a\">([^<]+)</a>\s*<small>([^<]+)<", FULL)
    assert cell is not None
    rates = [one for one in FACTS.rates if (one.judge, one.criterion) == ("judge-a", "term_overlap")]
    met, failed, undecided = (sum(getattr(one, of) for one in rates) for of in ("met", "failed", "undecided"))
    assert cell[1] == f"{100 * met / (met + failed):.1f}%"
    assert cell[2] == f"{met + failed:,} · {undecided:,}?"


def test_every_measure_has_words_of_both_languages() -> None:
    assert list(MEASURED) == list(MEASURES)
    assert all(english and chinese and english != chinese for english, chinese in MEASURED.values())


@pytest.mark.parametrize(
    ("published", "chinese"),
    [
        ("judge at a private address", "judge（内部地址）"),
        ("deepseek-reasoner at api.example.com", "deepseek-reasoner（api.example.com）"),
        ("org/model@0a1b", "org/model@0a1b"),
    ],
)
def test_a_model_is_named_in_either_language(published: str, chinese: str) -> None:
    assert model_named(published) == (published, chinese)
