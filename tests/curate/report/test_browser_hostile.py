"""A report of records that would do harm: all of it is shown as text, nothing runs, nothing is asked of the network."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from curate.report.build import build
from tests.browser import PHONE, wider_than_its_window
from tests.curate.report.hostile import HOSTILE, MEGABYTE, READ, hostile


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    return build(hostile(folder / "run"), folder / "report.html").path


def opened(page: Page, report: Path, id: str) -> str:
    """Opens a trace. Returns all of its text, what is not in sight among it."""
    page.goto(f"{report.as_uri()}#trace={quote(id, safe='')}")
    expect(page.locator("#trace h1")).to_be_visible()
    return page.locator("#trace").text_content() or ""


def test_the_overview_and_the_list_show_it_as_text(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    expect(page.locator("#overview")).to_contain_text(HOSTILE[1])  # the title of the source
    expect(page.locator("#overview")).to_contain_text(HOSTILE[3])  # its licence
    page.goto(report.as_uri() + "#traces")
    for text in HOSTILE:
        expect(page.locator(".traces-row", has_text=text).first).to_be_attached()


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_trace_shows_it_as_text(page: Page, report: Path, number: int) -> None:
    text = HOSTILE[number]
    shown = opened(page, report, f"traces:{number} {text}")
    assert shown.count(text) >= 7  # id, question, two cells, twice in the reasoning, answer
    assert (
        page.locator("#trace :is(script, img, svg, iframe, style, template, textarea, [onload], [onerror])").count()
        == 0
    )
    assert page.locator("#trace td", has_text=text).count() == 2
    assert page.locator("#trace a:not([href^='#'])").count() == 0


def test_a_search_for_markup_finds_it_and_marks_it(page: Page, report: Path) -> None:
    page.goto(report.as_uri() + "#traces")
    page.fill("#traces-query", HOSTILE[1])
    expect(page.locator("#traces-stop")).to_be_hidden()
    expect(page.locator(".traces-row")).to_have_count(2)  # its own, and the one with all of them in a table
    page.locator(".traces-row").first.click()
    expect(page.locator("#trace")).to_contain_text(HOSTILE[1])


def test_a_megabyte_is_read_to_its_end(page: Page, report: Path) -> None:
    page.set_viewport_size(PHONE)
    shown = opened(page, report, "traces:long")
    expect(page.locator("#trace")).to_contain_text("Then A long line")
    expect(page.locator("#trace")).to_contain_text("and 40 + 3 = 44.")
    shown = page.locator("#trace").text_content() or ""
    assert shown.count("A long line. ") > 3 * MEGABYTE // 13
    assert not wider_than_its_window(page)


def test_a_word_without_an_end_is_broken(page: Page, report: Path) -> None:
    page.set_viewport_size(PHONE)
    opened(page, report, "traces:word")
    assert not wider_than_its_window(page)


def test_what_turns_the_direction_of_writing_is_shown_as_a_sign(page: Page, report: Path) -> None:
    place = len(HOSTILE) + list(READ).index("override")
    shown = opened(page, report, f"traces:{place} {READ['override']}")
    assert not {"\u202e", "\u202c", "\u2066", "\u2069"} & set(shown)
    assert "paid \ufffd24\ufffd in \ufffdfull\ufffd" in shown


def test_controls_are_shown_as_signs(page: Page, report: Path) -> None:
    place = len(HOSTILE) + list(READ).index("controls")
    shown = opened(page, report, f"traces:{place} {READ['controls']}")
    assert "two\u2407three\u241b[31mred" in shown
    assert not {"\u0000", "\u0007", "\u001b", "\u0085"} & set(shown)


@pytest.mark.parametrize("name", ["arabic", "joined"])
def test_other_scripts_are_shown_as_they_are(page: Page, report: Path, name: str) -> None:
    place = len(HOSTILE) + list(READ).index(name)
    assert READ[name].strip("\ufeff\u200b ") in opened(page, report, f"traces:{place} {READ[name]}")


def test_a_record_with_half_a_character_is_told_with_its_raw_text(page: Page, report: Path) -> None:
    shown = opened(page, report, "traces:hostile.jsonl:17")
    assert "half of a surrogate" in shown
    assert "\\ud83d" in shown
