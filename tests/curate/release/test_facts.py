"""Every number of a card, counted a second time: from the run's tables, with polars, by other code than ours."""

import json
import random
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import curate
from cards.facts import DatasetFacts
from cards.record import of_record
from curate.release.build import build
from curate.release.wanted import wanted
from judges.reasoning.criteria import NAMES
from judges.tokens import estimated
from judges.verdict import REASONS
from tests.conftest import ROOT
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer

Facts = DatasetFacts
_USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def script(request: Mapping[str, Any], nth: int) -> dict[str, Any]:
    """Two judges that often disagree, and a student that is sometimes right."""
    drawn = random.Random(request["model"] + json.dumps(request["messages"]) + str(nth))
    if request["model"] == "student-7b":
        return reply(f"\\boxed{{{drawn.choice(('12%', 'A', 'yes'))}}}", reasoning="so it is", usage=_USAGE)
    votes = {name: {"reason": "it says so", "vote": drawn.choice(("1", "1", "1", "1", "0"))} for name in NAMES}
    votes["domain_relevance"]["vote"] = drawn.choice(("1", "1", "cannot tell"))
    return reply(json.dumps(votes), usage=_USAGE)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """The quickstart's samples with two judges, a student, and a benchmark that some of them stand in."""
    folder = tmp_path_factory.mktemp("facts")
    said = yaml.safe_load((ROOT / "recipes" / "quickstart.yaml").read_text(encoding="utf-8"))
    for source in said["sources"]:
        source["from"] = str(ROOT / "recipes" / source["from"])
    lines = (ROOT / "recipes" / "samples" / "finqa.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "bench.jsonl").write_text("\n".join(lines[:3]) + "\n", encoding="utf-8")
    said["screen"]["overlap"] = {"against": [{"use": "finqa", "name": "bench", "from": "bench.jsonl"}]}
    said["judge"] = {"by": ["a", "b"], "when": "always", "keep": {"at_least": 4}}
    said["split"]["rl"] = {"difficulty": {"model": "student", "samples": 3, "keep": [0.0, 0.9]}}
    with ChatServer(script) as server:
        price = {"input": 2, "output": 10}
        names = {"a": "judge-a", "b": "judge-b", "student": "student-7b"}
        said["models"] = {
            name: {"model": model, "base_url": server.base_url, "price": price} for name, model in names.items()
        }
        (folder / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        return curate.run(folder / "r.yaml", folder / "runs" / "r")


@pytest.fixture(scope="module")
def release(run: curate.Run) -> Path:
    return build(run, wanted(run))


@pytest.fixture(scope="module")
def facts(release: Path) -> Facts:
    return of_record(DatasetFacts, json.loads((release / "funnel.json").read_text(encoding="utf-8")))


def config(release: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(sorted((release / "data" / name).glob("*.parquet")))


def test_sources_and_their_funnel(run: curate.Run, release: Path, facts: Facts) -> None:
    outcomes, checks = run.table("outcomes"), run.table("checks")
    deciding = outcomes.join(checks, on=["question_id", "sample", "attempt"], how="inner")
    for one in facts.sources:
        mine, decided = outcomes.filter(source=one.name), deciding.filter(source=one.name)
        assert (one.records, one.unreadable, one.questions) == run.table("sources").filter(source=one.name).select(
            "records", "unreadable", "questions"
        ).row(0)
        dropped = mine.filter((pl.col("label") == "dropped") & (pl.col("reason") != "unreadable"))
        assert one.dropped == dropped.height
        assert one.answer_right == decided.filter(pl.col("value")).height
        assert one.answer_wrong == decided.filter(~pl.col("value")).height
        assert one.answer_undecided == decided.filter(pl.col("value").is_null()).height
        right = decided.filter(pl.col("value"))
        told = (one.reasoning_good, one.reasoning_bad, one.reasoning_undecided)
        assert told == tuple(right.filter(label=label).height for label in ("good", "bad", "undecided"))
        assert one.untraced == mine.height - dropped.height - one.unreadable - decided.height
        for name in ("sft", "rl", "rejects"):
            assert getattr(one, name) == config(release, name).filter(source=one.name).height
    assert sum(one.sft + one.rl + one.rejects for one in facts.sources) == outcomes.height


def test_parts_modules_languages_kinds_and_teachers(release: Path, facts: Facts) -> None:
    for part in facts.parts:
        paths = sorted((release / "data" / part.config).glob(f"{part.split}-*.parquet"))
        assert part.rows == pl.read_parquet(paths).height
        assert part.bytes == sum(path.stat().st_size for path in paths)
    sft, rl = config(release, "sft"), config(release, "rl")
    modules = {one.name: (one.sft, one.rl) for one in facts.modules}
    both = pl.concat([frame.select(pl.col("module").fill_null("")) for frame in (sft, rl)])
    assert set(modules) == set(both["module"])
    for name, counts in modules.items():
        assert counts == tuple(f.filter(pl.col("module").fill_null("") == name).height for f in (sft, rl))
    for field, column in (("languages", "language"), ("kinds", "answer_kind")):
        told = {(one.config, one.name): one.rows for one in getattr(facts, field)}
        frames = {"sft": sft, "rl": rl}
        assert told == {
            (name, value): count
            for name, frame in frames.items()
            for value, count in frame[column].value_counts().rows()
        }
    assert {one.name: one.rows for one in facts.teachers} == dict(sft["teacher"].value_counts().rows())


def test_reasons_flags_and_benchmarks(run: curate.Run, release: Path, facts: Facts) -> None:
    rejects = config(release, "rejects")
    assert {(one.label, one.code): one.rows for one in facts.reasons} == {
        (label, code): count for label, code, count in rejects.group_by("label", "reason").len().rows()
    }
    assert all(one.meaning == REASONS[one.code] for one in facts.reasons)
    rows = pl.concat([config(release, name).select("source", "flags") for name in ("sft", "rl", "rejects")])
    flags = rows.explode("flags").drop_nulls().group_by("source", "flags").len()
    assert {(one.source, one.flag): one.questions for one in facts.flags} == {
        (source, flag): count for source, flag, count in flags.rows()
    }
    assert all(one.meaning for one in facts.flags)
    (bench,) = facts.benchmarks
    assert (bench.name, bench.files) == ("bench", ("bench.jsonl",))
    assert bench.dropped == run.table("outcomes").filter(reason="overlap").height > 0
    masked = run.table("questions").filter(pl.col("flags").list.contains("private_data"))
    assert facts.masked == masked.height > 0


def test_votes_agreement_and_lengths(run: curate.Run, release: Path, facts: Facts) -> None:
    scores = run.table("scores")
    for one in facts.votes:
        mine = scores.filter(judge=one.judge, criterion=one.criterion)["vote"]
        assert (one.met, one.failed, one.undecided) == ((mine == 1).sum(), (mine == 0).sum(), mine.null_count())
        assert one.sits == (one.judge != "rules")
    assert len(facts.votes) == 3 * len(NAMES)
    key = ["question_id", "sample", "attempt", "criterion"]
    for pair in facts.agreement:
        if pair.criterion == "good trace":
            continue
        left, right = (scores.filter(judge=name, criterion=pair.criterion) for name in (pair.judge, pair.other))
        both = left.join(right, on=key)
        decided = both.drop_nulls(["vote", "vote_right"])
        assert (pair.traces, pair.undecided) == (both.height, both.height - decided.height)
        assert pair.agreed == decided.filter(pl.col("vote") == pl.col("vote_right")).height
        share = pair.agreed / decided.height
        met = [decided[name].mean() or 0.0 for name in ("vote", "vote_right")]
        chance = met[0] * met[1] + (1 - met[0]) * (1 - met[1])
        expected = None if chance == 1 else round((share - chance) / (1 - chance), 4)
        assert pair.kappa == pytest.approx(expected, abs=1e-4)
    assert {(one.judge, one.other) for one in facts.agreement} == {("a", "b"), ("a", "rules"), ("b", "rules")}
    for one in facts.lengths:
        rows = config(release, one.config).filter(language=one.language).to_dicts()
        texts = [row[one.part][0]["content"] if one.part == "prompt" else row[one.part] for row in rows]
        tokens = sorted(round(estimated(text)) for text in texts)
        assert (one.rows, one.longest) == (len(tokens), tokens[-1])
        assert one.mean == pytest.approx(sum(tokens) / len(tokens), abs=0.05)
        assert one.median == statistics.median(tokens)


def test_calls_cost_and_the_band(run: curate.Run, release: Path, facts: Facts) -> None:
    calls = run.table("calls").unique("key")
    for one in facts.spent:
        mine = calls.filter((pl.col("purpose") == one.purpose) & pl.col("answered_by").is_in(one.answered_by))
        assert (one.calls, one.prompt_tokens, one.completion_tokens) == (
            mine.height,
            mine.height * 1000,
            mine.height * 100,
        )
        assert one.usd == pytest.approx(mine.height * (1000 * 2 + 100 * 10) / 1e6)
        assert one.model.endswith(" at a private address")
    assert sum(one.calls for one in facts.spent) == calls.height
    assert facts.usd == pytest.approx(calls.height * 0.003)
    band = facts.band
    assert band is not None
    candidates = run.table("outcomes").filter(goes_to="rl")["question_id"].to_list()
    answers = run.table("student")
    decided = answers.filter(pl.col("value").is_not_null())["question_id"].unique()
    assert (band.candidates, band.decided) == (len(candidates), len(decided))
    rates = answers.drop_nulls("value").group_by("question_id").agg(pl.col("value").mean())
    kept = rates.filter(pl.col("value") <= 0.9)["question_id"]
    assert (band.samples, band.low, band.high, band.unfinished) == (3, 0.0, 0.9, 0)
    assert sorted(config(release, "rl")["id"]) == sorted(kept)
    assert band.kept == len(kept)


def test_splits_and_the_rest(run: curate.Run, release: Path, facts: Facts) -> None:
    sides: dict[str, set[str]] = {}
    for path in release.glob("data/*/*.parquet"):
        if path.parent.name in ("sft", "rl"):
            for group in pl.read_parquet(path)["group"]:
                sides.setdefault(group, set()).add(path.name.partition("-")[0])
    assert facts.leaks == sum(len(found) > 1 for found in sides.values()) == 0
    assert (facts.validation, facts.seed, facts.keep) == (0.1, 17, "4 of 7")
    assert facts.versions == run.record["versions"]
    assert (facts.limit, facts.stopped) == (None, "")
    assert {info["config_name"]: sum(split["num_examples"] for split in info["splits"]) for info in facts.infos} == {
        name: config(release, name).height for name in ("sft", "rl", "scores", "rejects")
    }
