"""Figures of the overview that lead to records, in a real browser: each list is as long as its figure says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

import curate
from curate.execute import execute
from curate.recipe import load_recipe
from curate.report.build import build
from tests.curate.teaching import corpus, number_of, solve
from tests.doubles.chat_answers import Reply, error
from tests.doubles.chat_server import ChatServer

_TABLE = {"use": "table", "columns": {"question": "q", "gold": "g"}, "licence": "MIT"}
# A filter's figures: a number alone, in a cell, a tile or, beside a name, in the picture of the funnel.
_LINKS = """all => all.filter((one) => one.getAttribute('href').startsWith('#traces')).map((one) =>
  [one.getAttribute('href'), (one.querySelector('text.en .n') ?? one.querySelector('title') ?? one).textContent])"""


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """Two sources, two samples of each question and up to two attempts, wrong calculations, a failing call, a record
    that cannot be read, and two benchmarks that hold different questions."""
    folder = tmp_path_factory.mktemp("sampled")
    corpus(folder, 9)
    corpus(folder, 5, first=20, file="zh.jsonl", language="zh")
    with (folder / "q.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    corpus(folder, 2, first=7, file="first.jsonl")
    corpus(folder, 1, first=6, file="second.jsonl")
    against = [{"use": "table", "columns": _TABLE["columns"], "from": f"{name}.jsonl", "name": name} for name in _SETS]
    with ChatServer(_answer) as server:
        said = {
            "name": "sampled",
            "version": "1.0.0",
            "models": {
                "teacher": {"model": "teacher", "base_url": server.base_url, "price": {"input": 1, "output": 2}}
            },
            "sources": [{**_TABLE, "from": "q.jsonl", "name": "english"}, {**_TABLE, "from": "zh.jsonl", "name": "zh"}],
            "screen": {"duplicates": "exact", "overlap": {"against": against}},
            "distil": {"by": "teacher", "samples": 2, "attempts": 2},
        }
        (folder / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        return execute(load_recipe(folder / "r.yaml"), folder / "runs" / "r")


_SETS = ("first", "second")


def _answer(request: dict[str, Any], nth: int) -> Reply:
    number = number_of(request)
    if number == 3:
        return error(400, "this one not")
    said = solve(request, off=9.0 if number == 4 or (number % 3 == 0 and nth == 0) else 0.0)
    if number % 2:
        said["choices"][0]["message"]["reasoning_content"] += "\nBesides, 12 + 30 = 45, and 9876.5 stands nowhere."
    return said


@pytest.fixture(scope="module")
def report(sampled: curate.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(sampled, tmp_path_factory.mktemp("reports") / "report.html").path


def test_a_list_is_as_long_as_its_figure_says(page: Page, report: Path, sampled: curate.Run) -> None:
    total = sampled.sql("select count(*) from outcomes").item()
    page.goto(report.as_uri())
    links = [(place, _figure(text)) for place, text in page.locator("#overview a[href]").evaluate_all(_LINKS)]
    told = {(place, figure) for place, figure in links if figure is not None}
    keys = {part.partition("=")[0] for place, _ in told for part in place.partition("?")[2].split("&")}
    assert keys >= {"goes_to", "reason", "label", "attempts", "source"}
    for place, figure in sorted(told):
        page.evaluate("place => { location.hash = place; }", place)
        expect(page.locator("#traces-count"), place).to_have_text(f"{figure} of {total}")


def _figure(text: str) -> int | None:
    """The number that a link says: alone, or behind what a ribbon is of."""
    number = text.rpartition(":")[2].strip().replace(",", "")
    return int(number) if number.isdigit() else None


def test_benchmarks_and_audits_count_what_no_list_shows(sampled: curate.Run, page: Page, report: Path) -> None:
    overlaps = sampled.sql("select detail from outcomes where reason = 'overlap'")["detail"].to_list()
    assert sorted(detail.partition(":")[0].removeprefix("benchmark ") for detail in overlaps) == [
        "first", "first", "second"
    ]  # fmt: skip
    query = "select count(*), count(distinct question_id) from measures where name = 'calculations_wrong' and value > 0"
    ((traces, questions),) = sampled.sql(query).rows()
    assert traces > questions > 0
    page.goto(report.as_uri())
    expect(page.locator("#audits td.number > a")).to_have_count(0)
    expect(page.locator("#audits td.number small a").first).to_contain_text("their questions")
    expect(page.locator("#screens table").last.locator("tbody tr")).to_have_count(2)
    expect(page.locator("#screens table").last.locator("a")).to_have_count(0)
