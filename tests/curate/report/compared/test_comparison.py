"""`curate compare A B --html`: what the page says of two runs or releases, without a browser."""

import dataclasses
import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

import curate
from curate.errors import UserError
from curate.release.build import build
from curate.release.compare import Rate, compare
from curate.release.sides import PLACES, STAGES, Side, side
from curate.release.wanted import wanted
from curate.report.compared.comparison import NOWHERE, comparison_page, configured, funnels, moves, write_comparison
from curate.report.compared.settings import Setting, paid, settings
from curate.report.words import STAGES as SHOWN
from curate.report.words import stage
from tests.conftest import Command
from tests.curate.release.releases import release, row
from tests.curate.report.reports import judged

HOSTILE = "<script>alert(1)</script>"


def of(run: curate.Run) -> Side:
    return side(str(run.path))


@pytest.fixture(scope="session")
def less(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """The quickstart, less of one source, and an easier judge."""
    overrides = {"judge.keep": {"at_least": 6}, "sources.0.limit": 6}
    return curate.run("quickstart", tmp_path_factory.mktemp("runs") / "less", overrides=overrides)


def text(html: str) -> str:
    """What the page shows, in both languages, its own words and the data."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<main>")[2].partition("</main>")[0]))


def test_every_row_is_told_once_of_where_it_came_from_and_went_to(quickstart: curate.Run, less: curate.Run) -> None:
    found = compare(of(quickstart), of(less))
    ways = moves(found)
    for place in PLACES:
        assert sum(rows for (whence, _), rows in ways.items() if whence == place) == sum(
            one.a for one in found.places if one.config == place
        )
        assert sum(rows for (_, to), rows in ways.items() if to == place) == sum(
            one.b for one in found.places if one.config == place
        )
    assert ways["sft", NOWHERE] == 11
    assert ways["rl", "sft"] == 6


def test_a_row_that_changed_or_went_to_another_split_stayed_in_its_config(tmp_path: Path) -> None:
    old = [row("sft", "x:1"), row("sft", "x:2"), row("rl", "x:3")]
    new = [row("sft", "x:1", split="validation"), row("sft", "x:2", gold="43"), row("rejects", "x:3")]
    a, b = release(tmp_path / "a", old), release(tmp_path / "b", new)
    found = compare(side(str(a)), side(str(b)))
    assert {way: rows for way, rows in moves(found).items() if rows} == {("sft", "sft"): 2, ("rl", "rejects"): 1}


def test_configs_and_funnels_are_summed_over_sources(quickstart: curate.Run, less: curate.Run) -> None:
    found = compare(of(quickstart), of(less))
    for one in configured(found.places):
        assert (one.total.a, one.total.b) == (sum(s.a or 0 for s in one.sources), sum(s.b or 0 for s in one.sources))
    whole, *each = funnels(found.funnel)
    assert whole.source == ""
    assert [one.source for one in each if one.differs] == ["finqa", "traces"]
    assert {one.name: (one.a, one.b) for one in whole.stages}["records"] == (80, 66)


def test_settings_that_differ_are_named_by_their_keys(quickstart: curate.Run, less: curate.Run) -> None:
    assert settings(of(quickstart), of(less)) == (
        Setting("sources.finqa.limit", "", "6"),
        Setting("judge.keep.at_least", "", "6.0"),
    )
    assert settings(of(less), of(less)) == ()


def test_a_run_and_its_release_were_made_alike(strict: curate.Run, tmp_path: Path) -> None:
    run = curate.Run(shutil.copytree(strict.path, tmp_path / "strict"))
    built = side(str(build(run, wanted(run))))
    assert settings(of(run), built) == ()
    assert paid(of(run), built)
    assert all(one.a == one.b for one in paid(of(run), built))


def test_costs_stand_beside_each_other_by_purpose_and_model(
    lenient: curate.Run, strict: curate.Run, quickstart: curate.Run
) -> None:
    lines = paid(of(lenient), of(strict))
    assert [(one.purpose, one.a and one.a.name, one.b and one.b.name) for one in lines] == [
        ("judge", "north", "north"),
        ("judge", "south", "south"),
    ]
    assert [one.a for one in paid(of(quickstart), of(strict))] == [None, None]


def test_nothing_of_the_machine_stands_in_the_page(tmp_path: Path, quickstart: curate.Run) -> None:
    secret = {"model": "a", "base_url": "http://user:hunter2@10.1.2.3:8000/v1", "env": {"TOKEN": "hunter3"}}
    models = {"teacher": secret | {"api_key_env": "MY_KEY", "serve": "vllm"}}
    asks = judged(tmp_path / "r")
    asks.record["recipe"]["models"] |= models
    (asks.path / "run.json").write_text(json.dumps(asks.record), encoding="utf-8")
    page = comparison_page(compare(of(quickstart), of(asks)), of(quickstart), of(asks))
    assert "models.teacher.serve" in page
    assert not re.search(r"hunter|10\.1\.2\.3|MY_KEY|127\.0\.0\.1", page)


def test_no_path_of_the_machine_stands_in_the_page(less: curate.Run, tmp_path: Path) -> None:
    run = curate.Run(shutil.copytree(less.path, tmp_path / "less again"))
    built = release(tmp_path / "built", [row("sft", "x:1")])
    for a, b in ((of(less), of(run)), (of(run), side(str(built)))):
        page = comparison_page(compare(a, b), a, b)
        assert "<dd>less again</dd>" in page
        assert not re.search(rf"{tmp_path}|{less.path.parent}|{tmp_path.parent.name}|{Path.home()}/", page)


def test_nearly_all_is_not_all(tmp_path: Path) -> None:
    met = {"judge": "j", "criterion": "step_count", "a_met": 1999, "a_decided": 2000, "b_met": 2000, "b_decided": 2000}
    a, b = (side(str(release(tmp_path / name, [row("sft", "x:1")]))) for name in "ab")
    found = dataclasses.replace(compare(a, b), rates=(Rate(**met),))  # type: ignore[arg-type]
    rates = re.search(r'<table class="pairs rates">.*?</table>', comparison_page(found, a, b), re.DOTALL)
    assert rates is not None
    assert re.findall(r"[<>]?[\d.]+%", unescape(text(f"<main>{rates[0]}</main>"))) == [">99.9%", "100%"]


def test_every_stage_has_words() -> None:
    assert set(STAGES) <= {name for _, names in SHOWN for name in names}
    assert stage("answer_right") == ("answer right", "答案正确")
    assert stage("sft") == ("sft", "sft")
    assert all(chinese != name for name in STAGES if (chinese := stage(name)[1]) and name not in PLACES)


def test_a_page_that_is_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    a = side(str(release(tmp_path / "a", [row("sft", "x:1")])))
    monkeypatch.setattr("curate.whole.os.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_comparison(a, a, tmp_path / "c.html")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_a_source_says_is_text(tmp_path: Path) -> None:
    a = release(tmp_path / "a", [row("sft", f"{HOSTILE}:{HOSTILE}"), row("sft", "x:1")])
    b = release(tmp_path / "b", [row("rejects", f"{HOSTILE}:{HOSTILE}", reason=HOSTILE)])
    page = comparison_page(compare(side(str(a)), side(str(b))), side(str(a)), side(str(b)))
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4  # source, id, reason, funnel


def test_the_same_sides_give_the_same_page(lenient: curate.Run, strict: curate.Run) -> None:
    made = [comparison_page(compare(of(lenient), of(strict)), of(lenient), of(strict)) for _ in "12"]
    assert made[0] == made[1]
    assert "No row differs" in comparison_page(compare(of(strict), of(strict)), of(strict), of(strict))


def test_the_command_writes_the_page_and_says_where(
    command: Command, quickstart: curate.Run, less: curate.Run, tmp_path: Path
) -> None:
    ran = command("compare", str(quickstart.path), str(less.path), "--html", "c.html")
    assert (ran.returncode, ran.stdout) == (0, "c.html\n")
    shown = text((tmp_path / "c.html").read_text(encoding="utf-8"))
    assert "no longer read" in shown
    assert "不再读入" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["c.html"]


def test_json_and_html_exclude_each_other(command: Command, quickstart: curate.Run) -> None:
    ran = command("compare", str(quickstart.path), str(quickstart.path), "--html", "c.html", "--json")
    assert ran.returncode == 2
    assert "--json and --html exclude each other" in ran.stderr


def test_a_page_that_cannot_be_written_is_told(quickstart: curate.Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"c\.html' cannot be written: .*\n.*--html"):
        write_comparison(of(quickstart), of(quickstart), tmp_path / "missing" / "c.html")
