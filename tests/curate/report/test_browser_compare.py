"""The page of `curate compare --html` in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import curate
from curate.release.sides import side
from curate.report.compared.comparison import write_comparison
from tests.browser import PHONE, wider_than_its_window
from tests.curate.release.releases import release, row
from tests.curate.report.hostile import HOSTILE

THEMES = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}


@pytest.fixture(scope="session")
def compared(lenient: curate.Run, strict: curate.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compared") / "compare.html"
    write_comparison(side(str(lenient.path)), side(str(strict.path)), path)
    return path


def test_it_opens_in_english_and_turns_chinese(page: Page, compared: Path) -> None:
    page.goto(compared.as_uri())
    expect(page.get_by_role("heading", name="Rows that differ")).to_be_visible()
    expect(page.get_by_role("heading", name="有差异的数据行")).to_be_hidden()
    page.click("#language")
    expect(page.get_by_role("heading", name="有差异的数据行")).to_be_visible()
    expect(page.get_by_role("heading", name="Rows that differ")).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh")


@pytest.mark.parametrize("begun", THEMES)
def test_its_theme_is_the_browsers_until_the_button_says_otherwise(page: Page, compared: Path, begun: str) -> None:
    page.emulate_media(color_scheme=begun)  # type: ignore[arg-type]
    page.goto(compared.as_uri())
    expect(page.locator("body")).to_have_css("background-color", THEMES[begun])
    page.click("#theme")
    (other,) = THEMES.keys() - {begun}
    expect(page.locator("body")).to_have_css("background-color", THEMES[other])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_it_without_scrolling_aside(page: Page, compared: Path, language: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(compared.as_uri())
    if language == "zh":
        page.click("#language")
    assert not wider_than_its_window(page)


def test_paper_has_the_tables_and_no_buttons(page: Page, compared: Path) -> None:
    page.goto(compared.as_uri())
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Funnel")).to_be_visible()
    expect(page.locator("#language")).to_be_hidden()


def test_what_the_data_say_is_text(page: Page, tmp_path: Path) -> None:
    a = release(tmp_path / "a", [row("sft", f"{text}:{text}") for text in HOSTILE])
    b = release(tmp_path / "b", [row("rejects", f"{text}:{text}", reason=text) for text in HOSTILE])
    path = tmp_path / "compare.html"
    write_comparison(side(str(a)), side(str(b)), path)
    page.set_viewport_size(PHONE)
    page.goto(path.as_uri())
    assert set(HOSTILE) <= set(page.locator("#rows .told code").all_text_contents())
    assert page.locator("main :is(script, img, iframe, style)").count() == 0
    assert not wider_than_its_window(page)
