"""`curate explain`: the life of every kind of row, the same as text and as JSON, its sums those of the tables."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from curate.errors import UserError
from curate.life.whole import life
from curate.release.build import build
from curate.release.spent import dollars, spent
from curate.release.wanted import wanted
from curate.runs import DATABASE, JOURNAL, Run
from curate.terminal.console import console
from tests.curate.lives import (
    BAD_REASONING,
    BROKEN,
    CHINESE,
    CHOICES,
    DUPLICATE,
    FAILED,
    GOOD,
    GOOD_ZH,
    LONG,
    REFUSED,
    REJECTED,
    SAMPLES,
    TWICE,
    UNREASONED,
    UNSURE,
    WRONG,
    happen,
    lived,
)
from tests.curate.teaching import called
from tests.doubles.chat_server import ChatServer


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("lives")
    with ChatServer(happen) as server:
        return lived(folder, server.base_url)


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "80")
    console.cache_clear()
    yield
    console.cache_clear()


def ids(run: Run) -> list[str]:
    return [str(id) for (id,) in run.sql("select question_id from outcomes").rows()]


def explained(run: Run, id: str, *options: str) -> str:
    ran = called(run.path.parent.parent, "explain", str(run.path), id, *options)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout


def told(run: Run, id: str, *options: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(explained(run, id, "--json", *options))
    return said


def squeezed(text: object) -> str:
    """A text without its breaks, where a word may have been folded."""
    return re.sub(r"\s", "", str(text))


def paid_for(run: Run) -> float:
    """What all lives took together, each reply once."""
    sums = [spent[-1] for id in ids(run) if (spent := life(run, id).spent)]
    return sum(one.usd - one.usd_shared for one in sums)


def test_sums_are_those_of_the_tables(run: Run) -> None:
    for id in ids(run):
        found = life(run, id)
        of_it = run.sql(f"select * from calls where question_id = '{id}'")
        if of_it.is_empty():
            assert found.spent == ()
            continue
        everything = found.spent[-1]
        assert (everything.purpose, everything.calls) == ("all", of_it.height)
        assert everything.usd == pytest.approx(of_it["usd"].sum())
        assert everything.prompt_tokens == of_it["prompt_tokens"].sum()
        assert everything.completion_tokens == of_it["completion_tokens"].sum()
        assert everything.failed == of_it.filter(of_it["outcome"] == "error").height
        assert sum(part.calls for part in found.spent[:-1]) == everything.calls
        assert sum(part.usd for part in found.spent[:-1]) == pytest.approx(everything.usd)
    assert paid_for(run) == pytest.approx(run.sql("select sum(usd) from cost_per_row").item(), abs=1e-5)


def test_a_reply_is_paid_for_by_the_first_that_has_it_be_there_a_failure_before(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "r")
    before = paid_for(run)
    with duckdb.connect(tmp_path / "r" / DATABASE) as connection:
        connection.execute("create temp table one as from calls where purpose = 'judge' and usd > 0 limit 1")
        connection.execute(
            "update calls set outcome = 'error', usd = 0, prompt_tokens = 0, completion_tokens = 0"
            " where key = (select key from one)"
        )
        late = f"select * replace ('en:{DUPLICATE}' as question_id) from one"
        connection.execute(f"insert into calls {late}; insert into calls {late}")
    copy = Run(tmp_path / "r")
    found = life(copy, f"en:{DUPLICATE}")
    assert [one.shared for one in found.calls] == [False, True]
    assert paid_for(copy) == pytest.approx(before)
    assert copy.sql("select sum(usd) from cost_per_row").item() == pytest.approx(before, abs=1e-5)
    assert dollars(spent(copy)) == pytest.approx(before, abs=1e-5)
    failed = [one for id in ids(copy) for one in life(copy, id).calls if one.outcome == "error"]
    assert len(failed) > 1
    assert not any(one.shared for one in failed)


def test_text_and_json_tell_the_same(run: Run) -> None:
    for id in ids(run):
        text, said = squeezed(explained(run, id)), told(run, id)
        outcome, record = said["outcome"], said["record"]
        wanted = [id, outcome["label"], outcome["reason"], outcome["meaning"], said["source"]["title"]]
        wanted += [said["source"]["licence"], said["run"]["recipe_digest"], *(rule["words"] for rule in said["rules"])]
        wanted += [record["question"], record["source_id"]] if record else [said["unreadable"]["error"]]
        wanted += [f"{one['prompt_tokens']:,}" for one in said["calls"]] + [one["model"] for one in said["calls"]]
        wanted += [f"{one['usd']:,.6f}" for one in (*said["calls"], *said["spent"])]
        for one in said["trials"]:
            wanted += [one["check"]["reason"], one["check"]["meaning"], one["trace"]["final"] or "none was found"]
            wanted += [vote["rationale"] for judge in one["rounds"] for vote in judge["votes"]]
        for one in said["passages"]:
            wanted.append(f"{one['state']}{one['rule']['key']}")
        for fact in wanted:
            assert squeezed(fact) in text, (id, fact)


def test_a_conversion_is_told_try_by_try(run: Run) -> None:
    twice = life(run, f"{CHOICES}:{TWICE}")
    assert (twice.id, twice.asked_for) == (f"{CHOICES}:{TWICE}:open", f"{CHOICES}:{TWICE}")
    assert twice.conversion is not None
    assert (twice.conversion.state, twice.conversion.by) == ("made", LONG)
    assert twice.record is not None
    assert twice.question is not None
    assert (twice.record["gold"], twice.question["gold"]) == ("B", "110")
    tries = [one for one in twice.calls if one.purpose == "convert"]
    assert [one.told is None for one in tries] == [True, False]
    assert "Which of the following" in str(tries[1].told)

    broken = life(run, f"{CHOICES}:{BROKEN}")
    assert broken.conversion is not None
    assert (broken.conversion.state, broken.conversion.reason) == ("dropped", "rewrite_points_to_options")
    assert [one.purpose for one in broken.calls] == ["convert"] * 3
    failed = life(run, f"{CHOICES}:{REJECTED}")
    assert failed.conversion is not None
    assert (failed.conversion.state, failed.calls[0].outcome) == ("failed", "error")


def test_what_dropped_a_question_is_named_with_the_other_one(run: Run) -> None:
    found = life(run, f"en:{DUPLICATE}")
    states = [one.state for one in found.passages]
    assert states == ["passed"] * (len(states) - 1) + ["dropped"]
    assert found.passages[-1].rule.key == "screen.duplicates"
    assert found.passages[-1].other is not None
    assert found.passages[-1].other["id"] == f"en:{GOOD}"
    assert (found.trials, found.calls, found.chosen) == ((), (), "")


def test_an_unreadable_record_is_told_as_it_stands(run: Run) -> None:
    found = life(run, "en:en.jsonl:8")
    assert found.unreadable is not None
    assert (found.record, found.unreadable["place"]) == (None, "en.jsonl:8")
    text = explained(run, "en:en.jsonl:8")
    assert '{"i": "13", "q":' in text
    assert "not valid JSON" in text


@pytest.mark.parametrize(
    ("number", "tries", "chosen", "rule"),
    [
        (f"en:{GOOD}", 1, "the only trace", "good -> sft"),
        (f"en:{WRONG}", 2, "the last of 2 attempts at it", "bad and verifiable -> rl"),
        (f"en:{UNREASONED}", 2, "the last of 2 attempts at it", "good -> sft"),
        (f"{CHINESE}:{UNSURE}", 1, "the only trace", "undecided -> rejects"),
        (f"{CHINESE}:{GOOD_ZH}", 1, "the only trace", "good -> sft"),
        (f"en:{FAILED}", 1, "the only trace", "undecided -> rejects"),
    ],
)
def test_why_it_ended_there(run: Run, number: str, tries: int, chosen: str, rule: str) -> None:
    found = life(run, number)
    assert (len(found.trials), found.chosen, found.rules[-1].value) == (tries, chosen, rule)
    assert [one.chosen for one in found.trials] == [False] * (tries - 1) + [True]


def test_judges_of_a_panel_are_told_with_their_votes(run: Run) -> None:
    found = life(run, f"en:{BAD_REASONING}")
    said = {one.judge: (one.good, one.sits, len(one.votes)) for one in found.trials[-1].rounds}
    assert said == {"rules": (True, True, 7), "j": (False, True, 7), "k": (False, True, 7)}
    assert {rule.key: rule.value for rule in found.rules}["judge.panel"] == "majority of rules, j, k"
    assert "its reasoning is bad" in found.rules[-1].words
    assert "its answer is wrong" in life(run, f"en:{WRONG}").rules[-1].words


def test_the_students_answers_and_their_rate(run: Run) -> None:
    found = life(run, f"en:{WRONG}").student
    assert found is not None
    assert (len(found.answers), found.passed, found.pass_rate, found.keep) == (SAMPLES, 2, 0.5, (0.1, 0.9))
    assert "50%, 2 of 4 decided answers right" in explained(run, f"en:{WRONG}")
    assert life(run, f"en:{GOOD}").student is None


def test_the_journal_tells_when_how_long_and_what_was_said(run: Run) -> None:
    id = f"en:{REFUSED}"
    found, plain = told(run, id, "--calls"), told(run, id)
    assert all(one["asked_at"].startswith("20") and one["seconds"] >= 0 for one in plain["calls"])
    assert plain["journal"]["found"] == len(plain["calls"])
    assert plain["calls"][0]["takes"] == 2  # it was asked anew
    assert all(one["request"] is None for one in plain["calls"])
    text = squeezed(explained(run, id, "--calls"))
    for one in found["calls"]:
        assert all(squeezed(message["content"]) in text for message in one["request"]["messages"])
        assert squeezed(one["reply"]["choices"][0]["message"]["content"]) in text
        assert one["key"] in text


def test_in_the_runs_own_directory_its_journal_is_found(run: Run) -> None:
    ran = called(run.path, "explain", ".", f"en:{GOOD}", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout)["journal"] == told(run, f"en:{GOOD}")["journal"]


def test_a_call_that_failed_has_no_reply_that_the_journal_could_lack(run: Run) -> None:
    found = life(run, f"en:{FAILED}")
    assert [one.outcome for one in found.calls] == ["error"]
    assert (found.journal.found, found.journal.replies) == (0, 0)
    assert found.calls[0].asked_at is not None
    assert "which has" not in explained(run, f"en:{FAILED}")


def test_without_a_journal_all_else_is_told(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "runs" / "r")
    alone = Run(tmp_path / "runs" / "r")
    found = life(alone, f"en:{GOOD}")
    assert (found.journal.path, found.calls[0].asked_at, found.spent[-1].seconds) == (None, None, None)
    assert "--journal FILE names one" in " ".join(explained(alone, f"en:{GOOD}").split())
    again = life(alone, f"en:{GOOD}", run.path.parent / JOURNAL)
    assert again.calls == life(run, f"en:{GOOD}").calls
    with pytest.raises(UserError, match="no journal at"):
        life(alone, f"en:{GOOD}", tmp_path / "none.sqlite")


@pytest.mark.parametrize("options", [(), ("--json",), ("--calls",), ("--calls", "--json")])
def test_no_address_of_a_private_server_is_told(run: Run, options: tuple[str, ...]) -> None:
    for id in (f"en:{GOOD}", f"en:{WRONG}", f"en:{FAILED}", f"{CHOICES}:{REJECTED}"):
        said = explained(run, id, *options)
        assert "127.0.0.1" not in said
        assert "10.1.2.3" not in said
        assert "a private address" in " ".join(said.split())


def test_an_unknown_id_names_the_nearest_be_it_an_originals(run: Run) -> None:
    for wrong, right in ((f"en:{GOOD}4", f"en:{GOOD}"), (f"{CHOICES}:{TWICE}:opn", f"{CHOICES}:{TWICE}:open")):
        ran = called(run.path.parent.parent, "explain", str(run.path), wrong)
        assert ran.exit_code == 1
        assert f"did you mean '{right}'?" in ran.stderr


def test_its_place_in_releases(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "r"
    shutil.copytree(run.path, folder)
    copy = Run(folder)
    assert life(copy, f"en:{GOOD}").releases == ()
    build(copy, wanted(copy))
    (good,), (dropped,) = life(copy, f"en:{GOOD}").releases, life(copy, f"en:{DUPLICATE}").releases
    assert (good.config, good.split, good.version, good.current) == ("sft", "train", "1.0.0", True)
    assert (dropped.config, dropped.reason) == ("rejects", "duplicate")
    assert "1.0.0  sft, train" in explained(copy, f"en:{GOOD}")


def test_show_writes_its_list_and_its_page_as_json(run: Run) -> None:
    def shown(*arguments: str) -> Any:
        ran = called(run.path.parent.parent, "show", str(run.path), *arguments, "--json")
        assert ran.exit_code == 0, ran.stderr
        return json.loads(ran.stdout)

    listed = shown("--outcome", "bad")
    assert {row["question_id"] for row in listed} >= {f"en:{WRONG}", f"en:{BAD_REASONING}"}
    assert all(row["label"] == "bad" for row in listed)
    page = shown(f"{CHOICES}:{TWICE}")
    assert (page["question"]["gold"], page["original"]["gold"]) == ("110", "B")
    assert page["trace"]["question_id"] == page["outcome"]["question_id"] == f"{CHOICES}:{TWICE}:open"
    assert len(page["scores"]) == 3 * 7
    assert shown("en:en.jsonl:8")["unreadable"]["place"] == "en.jsonl:8"
