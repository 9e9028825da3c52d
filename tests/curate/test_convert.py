"""Questions that models sort out and convert, in whole runs against a scripted server: contracts, tries, failures."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import curate
from curate.chat.client import outcomes_to_retry
from curate.curating import Asks
from curate.errors import UserError
from curate.execute import execute
from curate.recipe import load_recipe
from curate.survey import survey
from curate.terminal.show import print_record
from tests.conftest import ROOT
from tests.curate.teaching import asked, grown, numbers_of, recipe, solve
from tests.doubles.chat_answers import error, reply
from tests.doubles.chat_server import ChatServer

CONVERT = {"use": "mcq_to_open", "by": "teacher", "attempts": 3}
COLUMNS = {"question": "q", "gold": "g", "options": ["A", "B", "C"]}


def corpus(folder: Path, count: int) -> None:
    """Multiple choice: what a revenue is after a growth of some percent; B is right."""
    rows = []
    for a, b in map(numbers_of, range(count)):
        right = grown(a, b)
        stem = f"With revenue {a} growth {b} percent, the revenue of the next year is ( ) million dollars."
        rows.append({"q": stem, "A": f"{float(right) + 7:g}", "B": right, "C": f"{float(right) + 9:g}", "g": "B"})
    (folder / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rewritten(request: dict[str, Any], question: str = "", **said: Any) -> dict[str, Any]:
    """What a good rewriting model replies, or one that writes `question`."""
    a, b = asked(request)
    good = f"With revenue {a} growth {b} percent, what is the revenue of the next year in million dollars?"
    whole = {"analysis": "unique", "answers": [grown(a, b)], "convertible": "yes", "question": question or good, **said}
    return reply(json.dumps(whole))


def is_rewriting(request: dict[str, Any]) -> bool:
    return "<answers>" in request["messages"][0]["content"]


def is_ambiguity(request: dict[str, Any]) -> bool:
    return "ambiguous" in request["messages"][0]["content"] and not is_rewriting(request)


def setting(folder: Path, base_url: str, **source: Any) -> Path:
    """A recipe over three questions, that one model rewrites and answers; a key of the source that is None is left
    out."""
    corpus(folder, 3)
    said = {"columns": COLUMNS, "convert": CONVERT, **source}
    return recipe(folder, base_url, source={key: value for key, value in said.items() if value is not None})


def by_script(rewriting: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any], int], Any]:
    """A script: rewritings by `rewriting`, everything else answered right."""
    return lambda request, nth: rewriting(request) if is_rewriting(request) else solve(request)


def test_a_rewritten_question_goes_all_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ChatServer(by_script(rewritten)) as server:
        run = curate.run(setting(tmp_path, server.base_url), tmp_path / "run")
    assert run.sql("select distinct label, goes_to from outcomes").rows() == [("good", "sft")]
    rows = run.sql('select id, parent, options, gold, question, "group" from questions order by question').to_dicts()
    parents = {row["id"]: row for row in run.table("originals").to_dicts()}
    assert len(rows) == len(parents) == 3
    for row in rows:
        assert row["id"] == f"{row['parent']}:open"
        assert row["group"] == parents[row["parent"]]["group"]
        assert (row["options"], len(parents[row["parent"]]["options"])) == ([], 3)
        assert row["question"].startswith("With revenue ")
        assert row["question"].endswith("?")
    calls = run.sql("select purpose, count(*) from calls group by all order by all").rows()
    assert calls == [("convert", 3), ("distil", 3)]
    assert run.sql("select count(*) from calls anti join questions on id = question_id").item() == 0
    assert json.loads(run.sql("select meta from questions limit 1").item())["converted_by"] == "m"
    assert run.dataset("sft")[0]["prompt"][0]["content"].count("revenue of the next year") == 1
    print_record(run, rows[0]["id"])
    shown = capsys.readouterr().out
    assert f"before its conversion ({rows[0]['parent']}, gold B)" in " ".join(shown.split())
    assert "is ( ) million dollars." in " ".join(shown.split())


def test_what_is_broken_is_told_and_tried_again(tmp_path: Path) -> None:
    told: list[str] = []

    def script(request: dict[str, Any]) -> Any:
        if len(request["messages"]) == 1:
            return rewritten(request, "Which of the following is the revenue of the next year?")
        told.append(request["messages"][-1]["content"])
        return rewritten(request)

    with ChatServer(by_script(script)) as server:
        path = setting(tmp_path, server.base_url)
        run = curate.run(path, tmp_path / "run")
        assert run.sql("select count(*) from outcomes where label = 'good'").item() == 3
        assert len(told) == 3
        before = server.totals["requests"]
        curate.run(path, tmp_path / "run")
        assert server.totals["requests"] == before


def test_the_last_try_names_the_reason(tmp_path: Path) -> None:
    with ChatServer(by_script(lambda request: rewritten(request, "Which of the following is right?"))) as server:
        run = curate.run(setting(tmp_path, server.base_url), tmp_path / "run")
        assert server.totals["requests"] == 9
    rows = run.sql("select distinct label, reason, goes_to from outcomes").rows()
    assert rows == [("dropped", "rewrite_points_to_options", "rejects")]
    assert run.table("originals").is_empty()
    assert run.sql("select count(*) from questions where len(options) = 3").item() == 3


def test_a_call_that_fails_is_sent_again_by_the_next_run(tmp_path: Path) -> None:
    down = [True]

    def script(request: dict[str, Any]) -> Any:
        return error(400, "no such thing") if down[0] and asked(request) == numbers_of(1) else rewritten(request)

    with ChatServer(by_script(script)) as server:
        path = setting(tmp_path, server.base_url)
        first = curate.run(path, tmp_path / "run")
        failed = first.sql("select label, reason, goes_to, detail from outcomes where label <> 'good'").rows()
        assert [row[:3] for row in failed] == [("undecided", "convert_failed", "rejects")]
        assert "no such thing" in failed[0][3]
        assert first.sql("select failed, untraced from funnel").row(0) == (1, 0)
        down[0] = False
        assert curate.run(path, tmp_path / "run").sql("select sum(sft) from funnel").item() == 3


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (reply("", refusal="I cannot help with that."), "refusal"),
        (reply("", finish_reason="content_filter"), "filtered"),
        (reply('{"analysis": "', finish_reason="length"), "truncated"),
    ],
)
def test_what_is_no_reply_is_named_and_asked_anew_only_when_told(
    tmp_path: Path, said: dict[str, Any], reason: str
) -> None:
    broken = [True]
    with ChatServer(by_script(lambda request: said if broken[0] else rewritten(request))) as server:
        path = setting(tmp_path, server.base_url)
        run = curate.run(path, tmp_path / "run")
        assert run.sql("select distinct label, reason, goes_to from outcomes").rows() == [
            ("undecided", reason, "rejects")
        ]
        assert server.totals["requests"] == 3
        broken[0] = False
        curate.run(path, tmp_path / "run")
        assert server.totals["requests"] == 3
        again = execute(load_recipe(path), tmp_path / "run", asks=Asks(retry=outcomes_to_retry(["failed"])))
        assert again.sql("select sum(sft) from funnel").item() == 3


def test_without_calls_every_question_waits_and_the_plan_counts_both(tmp_path: Path) -> None:
    with ChatServer(by_script(rewritten)) as server:
        path = setting(tmp_path, server.base_url)
        waits = execute(load_recipe(path), tmp_path / "run", asks=Asks(any=False))
        assert waits.sql("select reason, goes_to, count(*) from outcomes group by all").rows() == [("pending", None, 3)]
        planned = survey(load_recipe(path), tmp_path / "run")
        assert server.totals["requests"] == 0
        assert (planned.before["convert", "teacher"].waiting, planned.left.calls) == (3, 6)
        assert "convert by teacher, en" in planned.prompts
        curate.run(path, tmp_path / "run")
        done = survey(load_recipe(path), tmp_path / "run")
        assert (done.left.calls, done.before["convert", "teacher"].asked) == (0, 3)


def test_small_models_that_all_answer_right_make_it_too_easy(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Any:
        number = asked(request)
        if request["model"] == "weak":
            return reply("\\boxed{A}" if number == numbers_of(0) else "\\boxed{B}")
        return (
            reply("So the answer is \\boxed{B}", "1. First.\n2. Then.\n3. Last.")
            if request["model"] == "small"
            else solve(request)
        )

    with ChatServer(script) as server:
        path = setting(tmp_path, server.base_url, convert=None, filter={"difficulty": ["small", "weak"]})
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name in ("small", "weak"):
            said["models"][name] = {**said["models"]["teacher"], "model": name}
        path.write_text(yaml.safe_dump(said), encoding="utf-8")
        run = curate.run(path, tmp_path / "run")
    rows = run.sql("select reason, detail, count(*) from outcomes where label = 'dropped' group by all").rows()
    assert rows == [("too_easy", "small, weak", 2)]
    assert (
        run.sql("select count(*) from calls where purpose = 'filter'").item() == 6
    )  # small, right each time, came first
    assert run.sql("select count(*) from calls where purpose = 'distil'").item() == 1


def test_what_a_model_calls_ambiguous_is_dropped_with_its_reason(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Any:
        if is_ambiguity(request):
            if asked(request) == numbers_of(2):
                return reply("I cannot say.")
            verdict = "ambiguous" if asked(request) == numbers_of(0) else "clear"
            return reply(json.dumps({"reason": "which year is meant?", "verdict": verdict}))
        return rewritten(request) if is_rewriting(request) else solve(request)

    with ChatServer(script) as server:
        run = curate.run(setting(tmp_path, server.base_url, filter={"ambiguity": "teacher"}), tmp_path / "run")
    rows = run.sql("select reason, detail from outcomes where label = 'dropped'").rows()
    assert rows == [("ambiguous", "which year is meant?")]
    assert run.sql("select sum(sft) from funnel").item() == 2  # what cannot be read says nothing against a question


def test_what_two_sources_read_is_sorted_out_once_and_more_tries_ask_nothing(tmp_path: Path) -> None:
    def script(request: dict[str, Any], nth: int) -> Any:
        if is_ambiguity(request):
            return reply(json.dumps({"reason": "one year", "verdict": "clear"}))
        return rewritten(request) if is_rewriting(request) else solve(request)

    with ChatServer(script) as server:
        path = setting(tmp_path, server.base_url, filter={"ambiguity": "teacher"})
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        said["sources"].append({**said["sources"][0], "name": "again"})
        path.write_text(yaml.safe_dump(said), encoding="utf-8")
        run = curate.run(path, tmp_path / "run")
        assert run.sql("select purpose, count(*) from calls group by all order by all").rows() == [
            ("convert", 6),
            ("distil", 6),
            ("filter", 6),
        ]
        assert server.totals["requests"] == 9  # three of each; the six that are alike come out of the journal
        paid = run.sql("select sum(usd) from cost_per_row").item()
        assert paid == pytest.approx(run.record["calls"]["recipe_total"]["usd"], abs=1e-5)
        for source in said["sources"]:
            source["convert"]["attempts"] = 5
        path.write_text(yaml.safe_dump(said), encoding="utf-8")
        curate.run(path, tmp_path / "run")
        assert server.totals["requests"] == 9


def test_logs_are_merged_without_a_model(quickstart: curate.Run) -> None:
    rows = quickstart.sql(
        "select t.origin, t.model, count(*) from traces t where question_id like 'logs:%' group by all"
    ).rows()
    assert rows == [("merged", "rules", 8)]


def test_the_conversion_of_the_recipes_readme_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "recipes" / "README.md").read_text(encoding="utf-8")
    module = next(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def by_rules" in block)
    (tmp_path / "my_bank").mkdir()
    (tmp_path / "my_bank" / "statements.py").write_text(module, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    rows = [{"q": "Debt is repaid first.", "g": "yes"}, {"q": "Is debt repaid first?", "g": "yes"}]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    source = {
        "use": "table",
        "from": "q.jsonl",
        "columns": {"question": "q", "gold": "g"},
        "convert": "my_bank.statements",
    }
    said: dict[str, Any] = {"name": "r", "version": "1.0.0", "sources": [source]}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    run = curate.run(tmp_path / "r.yaml", tmp_path / "run")
    assert run.sql("select question from questions where parent is not null").rows() == [
        ("Is it true that Debt is repaid first?",)
    ]
    assert run.sql("select reason from outcomes where label = 'dropped'").rows() == [("no_statement",)]
    source["convert"] = {"use": "my_bank.statements", "by": "m"}
    said["models"] = {"m": {"model": "m", "base_url": "http://127.0.0.1:1/v1"}}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    with pytest.raises(UserError, match="is done by rules alone"):
        load_recipe(tmp_path / "r.yaml")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("None", "it must give a Question or a Drop"),
        ("replace(question, id='same')", "it keeps its source, and its id"),
        ("replace(question, source='other')", "it keeps its source, and its id"),
    ],
)
def test_what_no_conversion_may_make_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    (tmp_path / "mine").mkdir()
    name = f"c{abs(hash(given))}"
    code = f"from dataclasses import replace\n\n\ndef by_rules(question, options):\n    return {given}\n"
    (tmp_path / "mine" / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    corpus(tmp_path, 2)
    source = {"use": "table", "from": "q.jsonl", "columns": COLUMNS, "convert": f"mine.{name}"}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump({"name": "r", "version": "1.0.0", "sources": [source]}), "utf-8")
    with pytest.raises(UserError, match=re.escape(said)):
        curate.run(tmp_path / "r.yaml", tmp_path / "run")


def test_half_a_character_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halves").mkdir()
    code = "from dataclasses import replace\n\n\ndef by_rules(question, options):\n"
    code += "    return replace(question, question='x' + chr(0xD83D)) if question.gold == 'B' else question\n"
    (tmp_path / "halves" / "half.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    corpus(tmp_path, 2)
    source = {"use": "table", "from": "q.jsonl", "columns": COLUMNS, "convert": "halves.half"}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump({"name": "r", "version": "1.0.0", "sources": [source]}), "utf-8")
    run = curate.run(tmp_path / "r.yaml", tmp_path / "run")
    assert run.sql("select distinct reason from outcomes").rows() == [("rewrite_unreadable",)]


def test_logs_that_wait_are_not_distilled_by_plan(tmp_path: Path) -> None:
    source = {"use": "compliance", "from": str(ROOT / "recipes" / "samples" / "compliance.jsonl")}
    said: dict[str, Any] = {"name": "r", "version": "1.0.0", "distil": {"by": "m"}}
    said["models"] = {"m": {"model": "m", "base_url": "http://127.0.0.1:1/v1"}}
    said["sources"] = [{**source, "convert": {"use": "agent_log", "by": "m"}}]
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    planned = survey(load_recipe(tmp_path / "r.yaml"), tmp_path / "run")
    assert planned.before["convert", "m"].waiting == 10  # of twelve, two contradict themselves
    assert planned.left.calls == 10
    assert [kind for kind in planned.prompts if kind.startswith("distil")] == []


def test_the_short_form_can_be_overridden(tmp_path: Path) -> None:
    corpus(tmp_path, 1)
    path = recipe(tmp_path, "http://127.0.0.1:1/v1", source={"columns": COLUMNS, "convert": "mcq_to_open"})
    loaded = load_recipe(path, {"sources.0.convert.by": "teacher"})
    assert loaded.sources[0].convert is not None
    assert (loaded.sources[0].convert.use, loaded.sources[0].convert.by) == ("mcq_to_open", "teacher")
    other = load_recipe(path, {"sources.0.convert": "agent_log"}).sources[0].convert
    assert other is not None
    assert other.use == "agent_log"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"convert": "mcq_to_opem"}, "no conversion is called 'mcq_to_opem'; did you mean 'mcq_to_open'?"),
        ({"convert": {"use": "mcq_to_open", "by": "techer"}}, "no model is called 'techer'; did you mean 'teacher'?"),
        ({"convert": {"use": "mcq_to_open", "attempt": 2}}, "did you mean 'attempts'"),
        ({"convert": {"use": "mcq_to_open", "attempts": 0}}, "'sources.0.convert.attempts'"),
        ({"convert": {"use": "program_steps"}}, "no conversion"),
        ({"filter": {"ambiguity": "nobody"}}, "no model is called 'nobody'"),
        ({"filter": {"difficulty": ["nobody"]}}, "no model is called 'nobody'"),
    ],
)
def test_what_a_recipe_may_say(tmp_path: Path, source: dict[str, Any], said: str) -> None:
    corpus(tmp_path, 1)
    path = recipe(tmp_path, "http://127.0.0.1:1/v1", source={"columns": COLUMNS, **source})
    with pytest.raises(UserError) as fault:
        load_recipe(path)
    assert said in str(fault.value)
