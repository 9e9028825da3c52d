"""Costs and the time line of a run with models, recounted from its calls and from the journal."""

import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from curate.chat.journal_db import writing
from curate.errors import UserError
from curate.identity import published
from curate.report.facts import Facts
from curate.report.figures.gathered import gathered
from curate.runs import DATABASE, JOURNAL, Run
from tests.curate.report.asked import asked_run


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asked_run(tmp_path_factory.mktemp("asked"))


@pytest.fixture
def journal(asked: Run, tmp_path: Path) -> Path:
    """A copy of the run's journal, to be changed."""
    copy = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(asked.path.parent / JOURNAL)) as ours, closing(sqlite3.connect(copy)) as theirs:
        ours.backup(theirs)
    return copy


def changed(journal: Path, *statements: str) -> None:
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection, writing(connection):
        for statement in statements:
            connection.execute(statement)


def calls(run: Run) -> list[dict[str, Any]]:
    return run.table("calls").to_dicts()


def keys(run: Run) -> set[str]:
    """The replies that the run used."""
    return {one["key"] for one in calls(run) if one["outcome"] != "error"}


def test_every_reply_is_paid_for_once(asked: Run) -> None:
    replies: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for one in calls(asked):
        replies[one["purpose"], published(one["model"])].setdefault(one["key"], one)
    costs = gathered(asked, None).costs
    assert {(one.purpose, one.model) for one in costs} == replies.keys()
    kept = asked.sql("select count(*) from outcomes where goes_to = 'sft'").item()
    for one in costs:
        mine = replies[one.purpose, one.model].values()
        assert one.calls == len(mine)
        assert one.failed == sum(call["outcome"] == "error" for call in mine)
        assert one.prompt_tokens == sum(call["prompt_tokens"] for call in mine)
        assert one.completion_tokens == sum(call["completion_tokens"] for call in mine)
        if one.usd is not None and one.usd_per_kept is not None:
            assert one.usd == pytest.approx(sum(call["usd"] for call in mine))
            assert one.usd_per_kept == pytest.approx(one.usd / kept, abs=1e-6)
    assert sum(one.failed for one in costs) == 1


def test_a_model_without_a_price_costs_nobody_knows_what(asked: Run) -> None:
    costs = {one.model.split()[0]: one for one in gathered(asked, None).costs}
    assert (costs["mild"].usd, costs["mild"].usd_per_kept) == (None, None)
    assert costs["strict"].usd


def test_the_view_says_the_same(asked: Run) -> None:
    view = asked.sql("select purpose, sum(usd) as usd from cost_per_row group by purpose").rows()
    told: dict[str, float] = defaultdict(float)
    for one in gathered(asked, None).costs:
        told[one.purpose] += one.usd or 0.0
    assert told == pytest.approx(dict(view), abs=1e-5)


def test_a_run_without_models_has_no_costs_and_no_calls(quickstart: Run) -> None:
    facts = gathered(quickstart, None)
    assert facts.costs == ()
    assert (facts.timeline.calls, facts.timeline.found, facts.timeline.moments) == (0, 0, ())
    assert facts.timeline.stages.keys() == {"reading", "curating", "tables"}


def assert_whole(facts: Facts, run: Run) -> None:
    timeline = facts.timeline
    assert timeline.calls == timeline.found == len(keys(run))
    assert sum(count for one in timeline.moments for count in one.calls.values()) == timeline.found
    assert [one.start for one in timeline.moments] == [n * timeline.step for n in range(len(timeline.moments))]


def test_every_reply_of_the_run_stands_in_its_moment(asked: Run) -> None:
    facts = gathered(asked, None)
    assert_whole(facts, asked)
    assert sum(one.usd for one in facts.timeline.moments) == pytest.approx(sum(one.usd or 0.0 for one in facts.costs))
    answered = {one.model: one.calls - one.failed for one in facts.costs}
    told: dict[str, int] = defaultdict(int)
    for one in facts.timeline.moments:
        for model, count in one.calls.items():
            told[model] += count
    assert told == answered


@pytest.mark.parametrize(
    ("seconds", "step"), [(0.5, 1), (59, 1), (60, 2), (3000, 60), (86_400, 1800), (40 * 86_400, 86_400), (3e9, 5e7)]
)
def test_moments_are_at_most_sixty_and_of_round_seconds(asked: Run, journal: Path, seconds: float, step: float) -> None:
    first = "(select min(key) from replies)"
    changed(
        journal,
        "update replies set asked_at = 1000.0",
        f"update replies set asked_at = 1000.0 + {seconds} where key = {first}",
    )
    timeline = gathered(asked, journal).timeline
    assert_whole(gathered(asked, journal), asked)
    assert timeline.began == "1970-01-01T00:16:40+00:00"
    assert timeline.step == pytest.approx(step, rel=1e-6)
    assert len(timeline.moments) == seconds // timeline.step + 1 <= 60
    assert sum(timeline.moments[-1].calls.values()) == (1 if len(timeline.moments) > 1 else timeline.found)


def test_a_reply_that_was_asked_for_anew_stands_where_it_was_asked_for_last(asked: Run, journal: Path) -> None:
    columns = "model, recipe, asked_at + 100, seconds, finish_reason, prompt_tokens, completion_tokens"
    more = "reasoning_tokens, cached_tokens, usd, request, reply"
    first = "(select key from replies order by asked_at limit 1)"
    changed(journal, f"insert into replies select key, 1, {columns}, {more} from replies where key = {first}")
    timeline = gathered(asked, journal).timeline
    assert timeline.found == timeline.calls
    assert sum(timeline.moments[-1].calls.values()) == 1


def test_replies_of_other_runs_are_not_told(asked: Run, journal: Path) -> None:
    changed(journal, "update replies set key = randomblob(16) where rowid % 2 = 0")
    timeline = gathered(asked, journal).timeline
    assert 0 < timeline.found < timeline.calls
    assert sum(count for one in timeline.moments for count in one.calls.values()) == timeline.found


def test_a_journal_that_is_being_written_is_read(asked: Run, journal: Path) -> None:
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        with writing(connection):
            connection.execute("update replies set asked_at = 5.0")
            assert_whole(gathered(asked, journal), asked)
            assert gathered(asked, journal).timeline.began[:4] != "1970"
        assert gathered(asked, journal).timeline.began[:4] == "1970"


def test_without_the_runs_journal_nothing_is_found(asked: Run, tmp_path: Path) -> None:
    shutil.copytree(asked.path, tmp_path / "r")
    missing = gathered(Run(tmp_path / "r"), None).timeline
    assert (missing.calls, missing.found, missing.began, missing.moments) == (len(keys(asked)), 0, "", ())
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create table replies (key)")
    assert gathered(asked, other).timeline == missing


def test_a_journal_that_was_named_and_is_not_there_is_told(asked: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no journal at .*nowhere\.sqlite"):
        gathered(asked, tmp_path / "nowhere.sqlite")


def test_a_damaged_journal_is_told(asked: Run, tmp_path: Path) -> None:
    damaged = tmp_path / "journal.sqlite"
    damaged.write_bytes(b"no database at all" * 500)
    with pytest.raises(UserError, match="cannot be read"):
        gathered(asked, damaged)


def test_where_the_same_call_also_failed_it_is_the_reply_that_counts(asked: Run, tmp_path: Path) -> None:
    shutil.copytree(asked.path, tmp_path / "r")
    with duckdb.connect(tmp_path / "r" / DATABASE) as connection:
        connection.execute("create temp table one as from calls where purpose = 'judge' and usd > 0 limit 1")
        connection.execute(
            "update calls set outcome = 'error', usd = 0, prompt_tokens = 0, completion_tokens = 0"
            " where key = (select key from one)"
        )
        connection.execute("insert into calls from one")  # the call of another question, made later
    assert {*gathered(Run(tmp_path / "r"), None).costs} == {*gathered(asked, None).costs}
