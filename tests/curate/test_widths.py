"""Every table and page of the terminal at 80 and at 160 columns, with data that is hard to lay out: Chinese names, ids
of a hundred characters, models with names of ninety, fourteen sources, numbers in millions."""

import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from rich.cells import cell_len

from curate.audit import Part
from curate.execute import execute
from curate.recipe import load_recipe
from curate.release.build import build
from curate.release.wanted import wanted
from curate.runs import Run
from curate.survey import survey
from curate.terminal import audit, plan
from curate.terminal.console import console
from curate.terminal.funnel import print_funnel, print_spent
from curate.terminal.layout import title
from tests.curate.broad import LONG_ID, MILLIONS, SOURCES, broad, recipe
from tests.curate.judged import lines
from tests.curate.lives import BAD_REASONING, CHOICES, GOOD, TWICE, WRONG, happen, lived
from tests.curate.teaching import called
from tests.doubles.chat_server import ChatServer

ID = f"{SOURCES[0]}:{LONG_ID}-q0"
VAST = "2000"  # columns, so that nothing has to be broken
# What is to be copied stands on a line of its own, and is not broken.
_COPIED = re.compile(r"\s*(?:-> |to publish it: curate )")
_DRAWN = re.compile(r"[\u2500-\u259f\x1b]")
_WORD = re.compile(r"[A-Za-z0-9_,]+")
_LONG = 24  # characters: what is longer, and has no place to break, may be folded
# What a narrow terminal says otherwise.
_SHORT = frozenset("unread quest confl elsew below".split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """runs/r, where everything happens, labelled; runs/broad, which is hard to lay out, and released."""
    found = tmp_path_factory.mktemp("w")
    with ChatServer(happen) as server:
        run = lived(found, server.base_url)
    votes = lines(f"en:{GOOD}", [1, 1, 0]) + lines(f"en:{BAD_REASONING}", [1] * 4) + lines(f"en:{GOOD}", [1, 0], "bob")
    (found / "runs" / "r.labels.jsonl").write_text(votes, encoding="utf-8")
    build(run, wanted(run))
    execute(load_recipe(recipe(found)), found / "runs" / "other")
    broad(found)
    return found


@pytest.fixture(params=[80, 160])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setenv("COLUMNS", str(request.param))
    console.cache_clear()
    yield request.param
    console.cache_clear()


def fits(text: str, width: int) -> None:
    """No line is wider than the terminal, and nothing steers or draws."""
    assert text.strip()
    assert not _DRAWN.search(text)
    for line in text.splitlines():
        assert cell_len(line) <= width or _COPIED.match(line), line


def breaks_no_word(text: str, vast: str) -> None:
    """Every word and number is one of those that stand where nothing is broken, or part of one that is too long."""
    whole = set(_WORD.findall(vast)) | _SHORT
    long = [word for word in vast.split() if len(word) > _LONG]
    for word in set(_WORD.findall(text)) - whole:
        assert any(word in one for one in long), word


def at(columns: int | str, folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    console.cache_clear()
    ran = called(folder, *arguments)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout


COMMANDS: list[list[str]] = [
    ["plan", "broad.yaml"],
    ["status", "broad.yaml"],
    ["status", "r.yaml"],
    ["show", "broad"],
    ["show", "r"],
    ["show", "broad", ID],
    ["show", "r", f"en:{WRONG}"],
    ["explain", "broad", ID],
    ["explain", "broad", f"{SOURCES[3]}:copy"],
    ["explain", "broad", f"{SOURCES[3]}:{SOURCES[3]}.jsonl:5"],
    ["explain", "r", f"{CHOICES}:{TWICE}", "--calls"],
    ["explain", "r", f"en:{BAD_REASONING}"],
    ["sources"],
    *[["sources", name] for name in ("finqa", "cflue", "fin_eva", "traces")],
    ["sources", "cflue", "--sample", "3"],
    ["sources", "finqa", "--sample", "3"],
    ["audit", "c0*.jsonl", "--as", "traces"],
    *[
        ["sql", "broad", query]
        for query in (
            "from funnel",
            "from sources",
            "select question_id, label, reason, detail from outcomes",
            "select source, records, records * 1000 as more, questions, flagged from sources",
            "from questions limit 2",
        )
    ],
    ["sql", "r", "from judge_agreement"],
    ["calibrate", "r"],
    ["compare", "broad", "r"],
    ["compare", "other", "broad"],
    ["verify", "runs/r/release/v1.0.0"],
    ["journal", "stats", "runs/journal.sqlite"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: " ".join(arguments)[:60])
def test_what_a_command_shows_fits(
    folder: Path, width: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at(width, folder, arguments, monkeypatch)
    fits(told, width)
    breaks_no_word(told, at(VAST, folder, arguments, monkeypatch))


def test_releases_and_what_is_published(folder: Path, width: int) -> None:
    ran = called(folder, "release", "other")
    assert ran.exit_code == 0, ran.stderr
    fits(ran.stdout, width)
    assert all(source in ran.stdout for source in SOURCES)


def test_the_first_prompt_alone_is_wrapped_by_the_terminal_itself(folder: Path, width: int) -> None:
    told = called(folder, "plan", "r.yaml").stdout
    fits(told.partition("the first prompt")[0], width)


def test_the_funnel_of_fourteen_sources_keeps_every_number_whole(
    folder: Path, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(folder / "runs" / "broad")
    print_funnel(run)
    told = capsys.readouterr().out
    fits(told, width)
    records = re.findall(r"^records in +(.*)$", told, re.MULTILINE)
    numbers = " ".join(records).split()
    assert numbers == [f"{MILLIONS:,}"] * len(SOURCES) + [f"{MILLIONS * len(SOURCES):,}"]
    print_funnel(Run(folder / "runs" / "r"))
    print_spent(Run(folder / "runs" / "r"))
    fits(capsys.readouterr().out, width)


def test_numbers_in_millions_are_whole_in_plan_and_audit(
    folder: Path, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with chdir(folder):
        loaded = load_recipe("broad.yaml")
        found = survey(loaded)
    for part in found.parts.values():
        part.dropped = 0
        for name in ("records", "questions", "done", "failed", "pending"):
            setattr(part, name, MILLIONS)
    plan.print_status(loaded, found, False)
    told = capsys.readouterr().out
    fits(told, width)
    assert told.count(f"{MILLIONS:,}") >= 5 * len(SOURCES)
    assert all(source in told for source in SOURCES)

    part = Part(records=MILLIONS, unreadable=MILLIONS, questions=MILLIONS, copies=MILLIONS, near=MILLIONS)
    audit.print_audit(loaded, {f"{name}.jsonl": part for name in SOURCES}, False)
    told = capsys.readouterr().out
    fits(told, width)
    assert told.count(f"{MILLIONS:,}") >= 5 * len(SOURCES)


def test_a_wide_terminal_shows_ids_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable = f"{SOURCES[0]}:{SOURCES[0]}.jsonl:5"
    assert unreadable in at(160, folder, ["show", "broad"], monkeypatch)
    assert unreadable not in at(80, folder, ["show", "broad"], monkeypatch)
    console.cache_clear()


def test_a_number_of_a_query_is_never_broken(folder: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = "records * 1000000 as a, records * 1000001 as b"
    query = f"select s.source, {numbers}, question_id, detail from sources s, outcomes limit 3"
    told = at(width, folder, ["sql", "broad", query], monkeypatch)
    fits(told, width)
    assert f"{MILLIONS * 1_000_000}" in told
    assert f"{MILLIONS * 1_000_001}" in told


def test_a_title_that_is_too_long_is_told_whole(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    console().print(title("模型" * 60))
    told = capsys.readouterr().out
    fits(told, width)
    assert "".join(told.split()).strip("-") == "模型" * 60
