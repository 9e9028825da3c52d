"""What a card must tell of an odd run: cut short, with one model under two names, without prices, judged by others."""

import importlib.metadata
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import curate
from cards.facts import DatasetFacts
from cards.record import of_record
from curate.calibration import calibration_path
from curate.errors import UserError
from curate.execute import execute
from curate.recipe import load_recipe
from curate.release.build import build
from curate.release.lock import read_lock
from curate.release.spent import dollars, spent
from curate.release.verify import unchecked, verify
from curate.release.wanted import wanted
from tests.curate.release.runs import made, row
from tests.curate.teaching import corpus, number_of, recipe, solve
from tests.doubles.chat_answers import Reply, error
from tests.doubles.chat_server import ChatServer

CARDS = ("README.md", "README_zh.md")


def released(
    run: curate.Run, overrides: Mapping[str, Any] | None = None, accepted: Mapping[str, str] | None = None
) -> tuple[Path, DatasetFacts]:
    """A release that verifies, and its facts."""
    folder = build(run, wanted(run, overrides, accepted))
    assert verify(folder) == []
    return folder, of_record(DatasetFacts, json.loads((folder / "funnel.json").read_text(encoding="utf-8")))


def cards(folder: Path) -> tuple[str, ...]:
    return tuple((folder / name).read_text(encoding="utf-8") for name in CARDS)


def edit_record(run: curate.Run, **values: Any) -> curate.Run:
    """The run with other values in its run.json."""
    path = run.path / "run.json"
    path.write_text(json.dumps(run.record | values), encoding="utf-8")
    return curate.Run(run.path)


# Models


def test_one_model_under_two_names_is_told_by_what_each_was_asked_for(tmp_path: Path) -> None:
    def answer(request: dict[str, Any], nth: int) -> Reply:
        drawn_by_teacher = request["temperature"] == 0.6
        return solve(request, off=9.0 if drawn_by_teacher and number_of(request) < 3 else 0.0)

    corpus(tmp_path, 8)
    with ChatServer(answer) as server:
        usual: dict[str, Any] = {"model": "m", "base_url": server.base_url, "price": {"input": 1.0, "output": 1.0}}
        models = {
            "unused": usual,
            "teacher": {**usual, "sampling": {"temperature": 0.6, "max_tokens": 9000}, "terms": "train on it"},
            "student": {**usual, "sampling": {"temperature": 1.0, "max_tokens": 77}, "terms": "students' terms"},
        }
        split = {"rl": {"difficulty": {"model": "student", "samples": 2, "keep": [0, 1]}}}
        path = recipe(tmp_path, server.base_url, publish={"licence": "mit"}, models=models, split=split)
        run = execute(load_recipe(path), tmp_path / "runs" / "r")
    folder, facts = released(run)
    told = {one.purpose: (one.name, one.terms, one.calls) for one in facts.spent}
    assert told == {"distil": ("teacher", "train on it", 8), "student": ("student", "students' terms", 6)}
    for one, most in zip(facts.spent, (9000, 77), strict=True):
        assert f"max_tokens {most}" in one.sampling
    assert all("train on it" in card and "students' terms" in card for card in cards(folder))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    return made(tmp_path_factory.mktemp("plain"), [row(1)])


def asked(plain: curate.Run, folder: Path, models: Mapping[str, Any], purpose: str, **said: Any) -> curate.Run:
    """A run that made one call, for a purpose, of an identity that all its models have. said: of its recipe."""
    shutil.copytree(plain.path, folder / "asked")
    run, identity = curate.Run(folder / "asked"), "https://api.x.com m"
    recipe = run.record["recipe"] | {"models": models} | said
    with duckdb.connect(run.path / "scores.duckdb") as connection:
        names = "question_id, purpose, model, answered_by, prompt_tokens, completion_tokens, usd"
        values = ("demo:q1", purpose, identity, "m", 5, 5, 0.25)
        connection.execute(f"insert into calls ({names}) values (?, ?, ?, ?, ?, ?, ?)", values)
    return edit_record(run, recipe=recipe, models=dict.fromkeys(models, identity))


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("distil", {"distil": {"by": "b"}}),
        ("check", {"check": {"by": ["rules", "b"]}}),
        ("judge", {"judge": {"by": ["b"]}}),
        ("judge", {"judge": {"by": ["rules"], "escalate": "b"}}),
        ("student", {"split": {"rl": {"difficulty": {"model": "b"}}}}),
        ("filter", {"sources": [{}, {"filter": {"difficulty": ["b"]}}]}),
        ("filter", {"sources": [{"filter": {"ambiguity": "b"}}]}),
        ("convert", {"sources": [{"convert": {"use": "mcq_to_open", "by": "b"}}]}),
    ],
)
def test_the_name_is_that_of_the_model_that_the_recipe_names_for_the_purpose(
    plain: curate.Run, tmp_path: Path, purpose: str, said: Mapping[str, Any]
) -> None:
    price = {"input": 1, "output": 1}
    models = {"a": {"price": price}, "b": {"price": price, "terms": "b's"}, "c": {"price": price}}
    (one,) = spent(asked(plain, tmp_path, models, purpose, **said))
    assert (one.name, one.terms, one.usd, one.model) == ("b", "b's", 0.25, "m at api.x.com")


def test_models_that_share_a_purpose_too_stand_in_one_line(plain: curate.Run, tmp_path: Path) -> None:
    models = {"a": {"price": {}}, "b": {"sampling": {"temperature": 0.7}}}
    (one,) = spent(asked(plain, tmp_path, models, "judge", judge={"by": ["a", "b"]}))
    assert one.name == "a, b"
    assert one.sampling.count("temperature") == 2
    assert (one.usd, dollars([one])) == (None, None)


def test_a_model_without_a_price_has_no_cost(tmp_path: Path) -> None:
    corpus(tmp_path, 4)
    with ChatServer(lambda request, nth: solve(request)) as server:
        path = recipe(tmp_path, server.base_url, publish={"licence": "mit"}, teacher={"price": None})
        run = execute(load_recipe(path), tmp_path / "runs" / "r")
    folder, facts = released(run)
    assert (facts.usd, [one.usd for one in facts.spent]) == (None, [None])
    english, chinese = cards(folder)
    assert "cost is not known: the recipe tells no price of teacher." in english
    assert "费用未知：配方没有写明 teacher 的价格。" in chinese
    assert "0.00" not in english + chinese


# The band


def test_the_band_of_a_run_in_which_calls_failed(tmp_path: Path) -> None:
    """Question 1 has two right answers and two failed calls, 3 has two right of four, 4 four, 5 none that is clear."""

    def answer(request: dict[str, Any], nth: int) -> Reply:
        number = number_of(request)
        if request["model"] == "m":
            return solve(request, off=9.0 if number in (1, 3, 4, 5) else 0.0)
        if number == 5:
            return "I would have to guess."
        if number == 1 and nth >= 2:
            return error(400, "no such thing")
        return solve(request, off=2.0 if number == 3 and nth >= 2 else 0.0)

    corpus(tmp_path, 8)
    with ChatServer(answer) as server:
        usual = {"base_url": server.base_url, "price": {"input": 1.0, "output": 1.0}}
        models = {"teacher": {"model": "m", **usual}, "student": {"model": "s", **usual}}
        split = {"rl": {"difficulty": {"model": "student", "samples": 4}, "caps": {"sources": {"table": 0}}}}
        path = recipe(tmp_path, server.base_url, publish={"licence": "mit"}, models=models, split=split)
        run = execute(load_recipe(path), tmp_path / "runs" / "r")
    folder, facts = released(run)
    assert facts.band is not None
    told = (facts.band.samples, facts.band.candidates, facts.band.decided, facts.band.kept, facts.band.unfinished)
    assert told == (4, 4, 2, 1, 1)
    left = pl.read_parquet(folder / "data" / "rejects" / "*.parquet").filter(left_out_of="rl")
    assert sorted(left.select("reason", "detail").rows()) == [
        ("over_config_cap", "0 of 1 rows of source table are kept"),
        ("pass_rate_out", "4 of 4 answers of student are right; kept are 0.1 to 0.9"),
        ("pass_rate_unknown", "0 of 4 answers of student are right or wrong"),
        ("pass_rate_unknown", "2 of 4 answers of student are missing"),
    ]
    english, chinese = cards(folder)
    assert "4 answers to each of 4 candidates. 2 of them have a pass rate" in english
    assert "1 of these rates lie" in english
    assert "Answers are missing to 1 candidate, which has no rate" in english
    assert "候选题中有 1 道的回答不全" in chinese


# Runs that were cut short


def test_a_run_with_a_limit_is_told(tmp_path: Path) -> None:
    whole = made(tmp_path, [row(number) for number in range(1, 9)])
    run = curate.run(tmp_path / "made.yaml", tmp_path / "runs" / "part", limit=3)
    english, chinese = cards(released(run)[0])
    assert "Only the first 3 records of each source were read." in english
    assert "每个来源只读取了前 3 条记录。" in chinese
    assert not any("Only the first" in card or "只读取了前" in card for card in cards(released(whole)[0]))


def test_a_run_that_stopped_at_its_budget_is_told(tmp_path: Path) -> None:
    corpus(tmp_path, 6)
    with ChatServer(lambda request, nth: solve(request)) as server:
        path = recipe(tmp_path, server.base_url, publish={"licence": "mit"}, budget={"calls": 4})
        run = execute(load_recipe(path), tmp_path / "runs" / "r")
    folder, facts = released(run)
    assert (facts.stopped, facts.limit) == ("budget", None)
    english, chinese = cards(folder)
    assert "The run stopped at its budget: 2 questions wait for calls." in english
    assert "运行因预算用尽而停止，尚有 2 道题等待调用。" in chinese


# What people said of the judges


@pytest.mark.parametrize(
    ("judges", "counts"),
    [
        ([{}], True),
        ([{"identity": "another model"}], False),
        ([{"criteria": "others@0"}], False),
        ([{"name": "qwen"}], False),
        ([{}, {"name": "qwen"}], False),
        ([], False),
    ],
)
def test_a_calibration_counts_only_for_the_judges_that_it_is_of(
    tmp_path: Path, judges: list[dict[str, str]], counts: bool
) -> None:
    run = made(tmp_path, [row(1), row(2)])
    ((name, identity, criteria),) = run.sql("select distinct judge, identity, criteria from scores").rows()
    mine = {"name": name, "identity": identity, "criteria": criteria}
    spans = {key: {"value": 0.9, "low": 0.8, "high": 0.95} for key in ("agreement", "kappa")}
    against = [{"judge": name, "criterion": "good trace", "n": 2, **spans}]
    said = {"people": ["ada"], "traces": 2, "level": 0.95, "judges": [{**mine, **one} for one in judges]}
    calibration_path(run).write_text(json.dumps(said | {"against": against}), encoding="utf-8")
    folder, facts = released(run)
    assert (facts.calibration is not None) == counts
    assert ("**Calibrated.**" in cards(folder)[0]) == counts


def test_a_calibration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1)])
    calibration_path(run).write_text('{"people": ["ada"]}', encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read as a calibration"):
        released(run)


# Licences, versions, words


def test_only_a_licence_that_would_stop_the_release_is_said_to_be_accepted(tmp_path: Path) -> None:
    run = made(tmp_path, [row(1), row(2)])
    folder, facts = released(run, None, {"demo": "because we may"})
    assert [one.accepted for one in facts.sources] == [""]
    assert not any("because we may" in card for card in cards(folder))
    folder, facts = released(run, {"publish.licence": "cc0-1.0"}, {"demo": "because we may"})
    assert [one.accepted for one in facts.sources] == ["because we may"]
    assert all("because we may" in card for card in cards(folder))


def test_the_version_is_that_of_the_builder_beside_the_runs_own(tmp_path: Path) -> None:
    mine = importlib.metadata.version("fincurate")
    run = made(tmp_path, [row(1)])
    _, facts = released(run)
    assert facts.versions == run.record["versions"]
    run = edit_record(run, versions=run.record["versions"] | {"fincurate": "0.0.1"})
    folder, facts = released(run)
    assert (facts.versions["fincurate"], facts.versions["fincurate (run)"]) == (mine, "0.0.1")
    assert (read_lock(folder)["built_by"], unchecked(folder)) == (mine, [])
    assert all("| `fincurate (run)` | `0.0.1` |" in card for card in cards(folder))


@pytest.mark.parametrize("key", ["about", "about_zh"])
def test_what_is_said_in_one_language_stands_in_both_cards(tmp_path: Path, key: str) -> None:
    folder, _ = released(made(tmp_path, [row(1)]), {f"publish.{key}": "数据 for tests"})
    assert all("\n数据 for tests\n" in card for card in cards(folder))


def test_a_release_for_rl_alone_promises_no_sft_and_no_votes(tmp_path: Path) -> None:
    folder, facts = released(made(tmp_path, [row(1, answer="7"), row(2, answer="7")]))
    assert {part.config for part in facts.parts if part.rows} == {"rl"}
    english, chinese = cards(folder)
    assert "2 financial questions with gold answers for reinforcement learning (config `rl`)." in english
    assert "本数据集包含 2 道带标准答案的金融题，可用于强化学习（配置 `rl`）。" in chinese
    for card in (english, chinese):
        assert 'rl = load_dataset(".", "rl")' in card
        assert "(`scores`)" not in card
        assert "（`scores`）" not in card
