"""The report of a run in a real browser: its views, filters, search and traces, on a desk, a phone and paper."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

import curate
from curate.report.build import build
from tests.browser import PHONE, wider_than_its_window

THEMES = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}
WRONG = "traces:demo-zh-08"
VIEWS = {"overview": "", "list": "#traces", "trace": f"#trace={quote(WRONG)}"}

# A key of the filters, and the same said of the run's tables: o outcomes, q questions.
FILTERS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "source": ({"source": "finqa"}, "o.source = 'finqa'"),
    "label": ({"label": "undecided"}, "o.label = 'undecided'"),
    "goes_to": ({"goes_to": "rl"}, "o.goes_to = 'rl'"),
    "reason": ({"reason": "number_differs"}, "o.reason = 'number_differs'"),
    "language": ({"language": "zh"}, "q.language = 'zh'"),
    "kind": ({"kind": "percent"}, "q.answer_kind = 'percent'"),
    "module": ({"module": "professional_knowledge"}, "q.module = 'professional_knowledge'"),
    "flag": ({"flag": "gold_conflict"}, "list_contains(q.flags, 'gold_conflict')"),
    "attempts": ({"attempts": "1"}, "o.attempt = 0"),
    "criterion": (
        {"criterion": "term_overlap"},
        "exists (from scores s where s.question_id = o.question_id and s.criterion = 'term_overlap' and s.vote = 0)",
    ),
    "judge": (
        {"criterion": "term_overlap", "judge": "rules"},
        "exists (from scores s where s.question_id = o.question_id and s.criterion = 'term_overlap' and s.vote = 0"
        " and s.judge = 'rules')",
    ),
    "audit": (
        {"audit": "wrong"},
        "exists (from measures m where m.question_id = o.question_id and name = 'calculations_wrong' and value > 0)",
    ),
    "two": ({"source": "traces", "language": "zh"}, "o.source = 'traces' and q.language = 'zh'"),
}


@pytest.fixture(scope="session")
def report(lenient: curate.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(lenient, tmp_path_factory.mktemp("reports") / "report.html").path


def opened(page: Page, report: Path, place: str = "") -> None:
    page.goto(report.as_uri() + place)


def rows(page: Page) -> int:
    """How many rows the list says it has."""
    return int(page.locator("#traces-count").inner_text().split()[0].replace(",", "").replace("Nothing", "0"))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_the_rows_that_the_tables_have(
    page: Page, report: Path, lenient: curate.Run, name: str
) -> None:
    chosen, said = FILTERS[name]
    query = f"select count(*) from outcomes o left join questions q on q.id = o.question_id where {said}"
    there = lenient.sql(query).item()
    assert there > 0
    opened(page, report, f"#traces?{urlencode(chosen)}")
    expect(page.locator("#traces-count")).to_have_text(f"{there} of 80")
    expect(page.locator("#traces-chips button")).to_have_count(len(chosen))
    assert page.locator(".traces-row").first.get_attribute("aria-setsize") == str(there)


def test_filters_are_chosen_joined_and_taken_off_again(page: Page, report: Path) -> None:
    opened(page, report, "#traces")
    page.locator(".traces-filters summary").click()
    page.select_option("select[name=source]", "traces")
    expect(page.locator("#traces-count")).to_have_text("28 of 80")
    page.select_option("select[name=language]", "zh")
    expect(page).to_have_url(report.as_uri() + "#traces?source=traces&language=zh")
    both = rows(page)
    assert 0 < both < 28
    page.go_back()
    expect(page.locator("#traces-count")).to_have_text("28 of 80")
    page.locator("#traces-chips button").click()
    expect(page.locator("#traces-count")).to_have_text("80 of 80")


def test_every_link_of_the_overview_leads_to_rows(page: Page, report: Path) -> None:
    opened(page, report)
    places = page.locator("#overview a[href^='#trace']").evaluate_all(
        "all => all.map((one) => one.getAttribute('href'))"
    )
    assert len(places) > 20
    for place in dict.fromkeys(places):
        page.evaluate("place => { location.hash = place; }", place)
        if place.startswith("#trace="):
            expect(page.locator("#trace h1")).to_be_visible()
        else:
            expect(page.locator("#traces-count")).to_contain_text(" of 80")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Harrow Vale Foods", "traces:demo-en-01"),  # of a question
        ("HARROW vale", "traces:demo-en-01"),
        (WRONG, WRONG),
        ("the net change is 34.5", "traces:demo-en-01"),  # of reasoning
        ("符合要求", WRONG),  # of a vote's reason
    ],
)
def test_a_text_is_found_wherever_it_stands(page: Page, report: Path, text: str, found: str) -> None:
    opened(page, report, "#traces")
    page.fill("#traces-query", text)
    expect(page.locator("#traces-count")).not_to_have_text("80 of 80")
    expect(page.locator("#traces-stop")).to_be_hidden()
    expect(page.locator(".traces-row", has_text=found)).to_be_visible()


def test_a_text_that_stands_nowhere_leaves_nothing(page: Page, report: Path) -> None:
    opened(page, report, "#traces?" + urlencode({"q": "此处绝无"}))
    expect(page.locator("#traces-count")).to_have_text("Nothing matches.")
    page.press("#traces-query", "Escape")
    expect(page.locator("#traces-count")).to_have_text("80 of 80")


def test_a_trace_opens_with_all_that_is_to_be_read(page: Page, report: Path) -> None:
    opened(page, report, "#traces?" + urlencode({"q": "demo-en-01"}))
    page.locator(".traces-row", has_text="traces:demo-en-01").click()
    trace = page.locator("#trace")
    expect(trace.locator("h1")).to_have_text("traces:demo-en-01")
    expect(trace.locator("th", has_text="segment")).to_be_visible()  # the context's table is one
    expect(trace.locator("td", has_text="318.2").first).to_be_visible()
    expect(trace.locator(".calculation.is-true").first).to_be_visible()
    expect(trace.locator(".number.given").first).to_be_visible()
    expect(trace.get_by_text("it holds").first).to_be_visible()


def test_the_words_of_a_mark_are_told_where_it_is_clicked(page: Page, report: Path) -> None:
    opened(page, report, f"#trace={quote('traces:demo-en-01')}")
    mark, told = page.locator("#trace .reasoning .number.given").first, page.locator("#trace .pointed-words")
    expect(told).to_have_count(0)
    mark.click()
    expect(told).to_contain_text(f"{mark.inner_text()}: given in the question")
    expect(told).to_be_in_viewport()
    page.click("#trace h1")
    expect(told).to_have_count(0)


def test_the_legend_counts_as_the_run_did(page: Page, report: Path, lenient: curate.Run) -> None:
    opened(page, report, f"#trace={quote('traces:demo-en-01')}")
    rows = lenient.sql("select name, value from measures where question_id = 'traces:demo-en-01'").rows()
    counts, legend = dict(rows), page.locator("#trace .legend")
    expect(legend).to_contain_text(f"right calculation {counts['calculations_right']:g}")
    expect(legend).to_contain_text(f"given in the question {counts['numbers_given']:g}")


def test_a_trace_s_calls_are_summed(page: Page, report: Path, lenient: curate.Run) -> None:
    opened(page, report, f"#trace={quote('traces:demo-en-01')}")
    calls = page.locator("#trace .calls")
    calls.locator("xpath=..").locator("summary").click()
    table = lenient.table("calls").filter(question_id="traces:demo-en-01")
    sums = f"{table['prompt_tokens'].sum():,} / {table['completion_tokens'].sum():,}"
    expect(calls.locator("tfoot")).to_contain_text(sums)
    expect(calls.locator("tbody tr")).to_have_count(table.height)
    expect(calls.locator("tbody tr").first).to_contain_text("0.0")


@pytest.mark.parametrize(("most", "said"), [(0, "No traces in this file; the run has 80."), (20, "20 of 80 shown")])
def test_fewer_traces_than_the_run_has_are_told(
    page: Page, quickstart: curate.Run, tmp_path: Path, most: int, said: str
) -> None:
    opened(page, build(quickstart, tmp_path / "report.html", traces=most).path, "#traces")
    expect(page.locator(".traces-list")).to_contain_text(said)
    expect(page.locator("#traces-count")).to_have_text(f"{most} of {most}" if most else "")


@pytest.mark.parametrize(("language", "traces", "search"), [("en", "traces", "Search"), ("zh", "推理", "搜索")])
def test_what_a_screen_reader_is_told_is_in_the_language(
    page: Page, report: Path, language: str, traces: str, search: str
) -> None:
    opened(page, report, "#traces")
    if language == "zh":
        page.click("#language")
    expect(page.locator("#traces")).to_have_attribute("aria-label", traces)
    expect(page.locator("#traces-rows")).to_have_attribute("aria-label", traces)
    expect(page.locator("#traces-query")).to_have_attribute("aria-label", re.compile(search))


def test_back_and_forward_go_the_way_that_was_come(page: Page, report: Path) -> None:
    opened(page, report)
    expect(page.locator("#overview")).to_be_visible()
    page.locator("nav .to-traces").click()
    expect(page.locator("#traces-rows")).to_be_visible()
    expect(page.locator("#overview")).to_be_hidden()
    page.locator(".traces-row").nth(1).click()
    name = page.locator("#trace h1").inner_text()
    page.go_back()
    expect(page.locator("#trace h1")).to_have_count(0)
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.locator("#trace h1")).to_have_text(name)


def test_keys_walk_through_the_rows(page: Page, report: Path) -> None:
    opened(page, report, "#traces")
    page.press("body", "j")
    first = page.locator("#trace h1").inner_text()
    page.press("body", "j")
    expect(page.locator("#trace h1")).not_to_have_text(first)
    page.press("body", "k")
    expect(page.locator("#trace h1")).to_have_text(first)
    page.press("body", "/")
    expect(page.locator("#traces-query")).to_be_focused()


def test_a_trace_that_the_page_has_not_is_told(page: Page, report: Path) -> None:
    opened(page, report, "#trace=" + quote("none:<b>%"))
    expect(page.locator("#trace")).to_contain_text("no record of that id")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_speaks_both_languages(page: Page, report: Path, view: str) -> None:
    opened(page, report, VIEWS[view])
    seen = page.locator({"overview": "#overview", "list": ".traces-search", "trace": "#trace"}[view])
    expect(seen).to_be_visible()
    words = {"overview": ("What became of", "去向"), "list": ("Filters", "筛选"), "trace": ("Round one", "第一轮")}[
        view
    ]
    expect(seen).to_contain_text(words[0], use_inner_text=True)
    page.click("#language")
    expect(seen).to_contain_text(words[1], use_inner_text=True)
    expect(seen).not_to_contain_text(words[0], use_inner_text=True)


@pytest.mark.parametrize("theme", THEMES)
def test_the_theme_is_the_browsers_until_the_button_says_otherwise(page: Page, report: Path, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    opened(page, report)
    expect(page.locator("body")).to_have_css("background-color", THEMES[theme])
    page.click("#theme")
    (other,) = THEMES.keys() - {theme}
    expect(page.locator("body")).to_have_css("background-color", THEMES[other])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_phone_shows_it_without_scrolling_aside(page: Page, report: Path, view: str, language: str) -> None:
    page.set_viewport_size(PHONE)
    opened(page, report, VIEWS[view])
    if language == "zh":
        page.click("#language")
    expect(
        page.locator({"overview": "#overview", "list": ".traces-row", "trace": "#trace h1"}[view]).first
    ).to_be_visible()
    assert not wider_than_its_window(page)


@pytest.mark.parametrize("view", ["overview", "trace"])
def test_paper_has_what_is_read_and_no_buttons(page: Page, report: Path, view: str) -> None:
    opened(page, report, VIEWS[view])
    expect(page.locator({"overview": "#overview", "trace": "#trace h1"}[view])).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator({"overview": "#overview", "trace": "#trace h1"}[view])).to_be_visible()
    for hidden in ("#language", "#theme", "#traces-query"):
        expect(page.locator(hidden)).to_be_hidden()
