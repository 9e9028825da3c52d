"""The facts of a release: what its data tell by themselves (curate.release.counted), and what only the run knows.

facts = facts_of(run, wanted, folder, counted(folder))
dataset_card(facts, "en")
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cards.facts import Band, Benchmark, Calibrated, Calibration, Criterion, DatasetFacts, Flag, Private, Source, Spent
from curate.calibration import calibration_path
from curate.check import SAMPLING as CHECK_SAMPLING
from curate.convert import SAMPLING as CONVERT_SAMPLING
from curate.distil import SAMPLING as DISTIL_SAMPLING
from curate.errors import UserError
from curate.identity import named, published
from curate.jury import SAMPLING as JUDGE_SAMPLING
from curate.labels import judge_spec
from curate.release.infos import infos
from curate.release.licence import known, terms
from curate.release.wanted import Wanted
from curate.runs import Run
from curate.student import SAMPLING as STUDENT_SAMPLING
from judges.reasoning.combine import Keep

_SAMPLINGS: Mapping[str, Mapping[str, Any]] = {
    "filter": CONVERT_SAMPLING,
    "convert": CONVERT_SAMPLING,
    "distil": DISTIL_SAMPLING,
    "check": CHECK_SAMPLING,
    "judge": JUDGE_SAMPLING,
    "student": STUDENT_SAMPLING,
}
_ROUNDS = (
    *("records", "unreadable", "questions", "dropped", "untraced", "pending", "failed"),
    *("answer_right", "answer_wrong", "answer_undecided", "reasoning_good", "reasoning_bad", "reasoning_undecided"),
)


def facts_of(
    run: Run,
    wanted: Wanted,
    folder: Path,
    counted: Mapping[str, Any],
    private: str = "",
) -> DatasetFacts:
    """All that the card of a release states, out of its data (counted) and its run, but for what changed since an
    earlier version. private: why private data may be published."""
    recipe, publish, criteria = run.record["recipe"], wanted.publish, judge_spec(run).criteria_set
    licence, screen = known(publish.licence or ""), recipe.get("screen")
    return DatasetFacts(
        name=recipe["name"],
        version=wanted.version,
        title=publish.title or recipe["name"],
        about=publish.about,
        about_zh=publish.about_zh,
        repo=publish.repo or "",
        licence=licence.hub if licence else "",
        screened=screen is not None,
        duplicates="" if screen is None else str(screen.get("duplicates", 0.85) or ""),
        private_screen="" if screen is None else screen.get("private", "redact"),
        masked=_one(run, "select count(*) from questions where list_contains(flags, 'private_data')"),
        keep=_keep(judge_spec(run).keep_rule, len(criteria.names)),
        criteria_set=criteria.known_as,
        seed=wanted.split.seed,
        validation=wanted.split.validation,
        usd=round(_one(run, "select coalesce(sum(usd), 0) from cost_per_row"), 6),
        since="",
        sources=_sources(run, wanted, counted["published"]),
        criteria=tuple(Criterion(one.name, one.en.title, one.zh.title) for one in criteria.criteria),
        calibration=_calibration(run),
        flags=_flags(run),
        benchmarks=_benchmarks(run),
        spent=_spent(run),
        band=_band(run, wanted, counted["published"]),
        changes=(),
        infos=tuple(infos(folder)),
        versions=run.record["versions"],
        private=tuple(Private(kind, rows, private) for kind, rows in counted["private_rows"].items()),
        **{name: counted[name] for name in _COUNTED},
    )


_COUNTED = (
    *("parts", "modules", "languages", "kinds", "teachers", "reasons", "votes", "agreement", "lengths"),
    *("leaks", "twins"),
)


def _one(run: Run, query: str) -> Any:
    return run.sql(query).item()


def _keep(keep: Keep, criteria: int) -> str:
    if keep.at_least is None:
        return "all"
    weights = ", ".join(f"{name} counts {points:g}" for name, points in keep.weights.items())
    return f"{keep.at_least:g} of {criteria}" if not weights else f"{keep.at_least:g} points ({weights})"


def _sources(run: Run, wanted: Wanted, rows: Mapping[str, Mapping[str, int]]) -> tuple[Source, ...]:
    funnel = {row["source"]: row for row in run.sql("from funnel").to_dicts()}
    found = []
    for one in run.record["sources"]:
        name = one["source"]
        revisions = sorted({file["revision"] for file in one["files"] if file["revision"]})
        said = {key: one[key] for key in ("use", "title", "licence", "home", "citation", "language", "converted")}
        counts: dict[str, Any] = {key: funnel[name][key] for key in _ROUNDS}
        counts |= {config: rows.get(name, {}).get(config, 0) for config in ("sft", "rl", "rejects")}
        found.append(
            Source(
                name=name,
                terms=terms(one["licence"]),
                module=one["module"] or "",
                accepted=wanted.publish.accept_licence.get(name, ""),
                revision=", ".join(revisions),
                **said,
                **counts,
            )
        )
    return tuple(found)


def _flags(run: Run) -> tuple[Flag, ...]:
    meanings = {source["source"]: source["flags"] for source in run.record["sources"]}
    rows = run.sql(
        "select source, one.flag, one.questions from (select source, unnest(flags) as one from sources)"
    ).rows()
    return tuple(Flag(source, flag, meanings[source].get(flag, ""), count) for source, flag, count in rows)


def _benchmarks(run: Run) -> tuple[Benchmark, ...]:
    """The sets that were screened against; a dropped question's detail begins with the id that it overlaps with."""
    details = run.sql("select detail from outcomes where reason = 'overlap'")["detail"].to_list()
    found = []
    for one in run.record["benchmarks"]:
        dropped = sum(detail.startswith(f"{one['source']}:") for detail in details)
        name = one["source"].removeprefix("benchmark ")
        found.append(Benchmark(name, tuple(file["name"] for file in one["files"]), dropped))
    return tuple(found)


def _spent(run: Run) -> tuple[Spent, ...]:
    """What was asked of whom, a reply that several questions share once."""
    rows = run.sql("""
        with paid as (
            select *, rowid as place, key is null or row_number() over (partition by key order by rowid) = 1 as first
            from calls
        )
        select model, purpose, list_sort(list_distinct(list(answered_by))) as answered_by,
            count(*) as calls,
            sum(prompt_tokens)::bigint as prompt_tokens, sum(completion_tokens)::bigint as completion_tokens,
            sum(usd) as usd
        from paid where first group by all order by min(place)""").to_dicts()
    names = {identity: name for name, identity in reversed(run.record["models"].items())}
    models = run.record["recipe"].get("models", {})
    return tuple(
        Spent(
            name=names.get(row["model"], ""),
            model=published(row["model"]),
            purpose=row["purpose"],
            answered_by=tuple(named(one) for one in row["answered_by"] if one),
            sampling=_sampling(models.get(names.get(row["model"], ""), {}), row["purpose"]),
            terms=models.get(names.get(row["model"], ""), {}).get("terms", ""),
            calls=row["calls"],
            prompt_tokens=row["prompt_tokens"],
            completion_tokens=row["completion_tokens"],
            usd=round(row["usd"], 6),
        )
        for row in rows
    )


def _sampling(model: Mapping[str, Any], purpose: str) -> str:
    drawn = {**_SAMPLINGS[purpose], **model.get("sampling", {})}
    return ", ".join(f"{name} {value}" for name, value in drawn.items() if value is not None)


def _band(run: Run, wanted: Wanted, rows: Mapping[str, Mapping[str, int]]) -> Band | None:
    spec = wanted.split.rl.difficulty
    if spec is None:
        return None
    rated = run.sql("select count(*), count(pass_rate) from pass_rates")
    kept = sum(here.get("rl", 0) for here in rows.values())
    student = published(run.record["models"][spec.model])
    return Band(student, spec.samples, *spec.keep, rated.item(0, 0), rated.item(0, 1), kept)


def _calibration(run: Run) -> Calibration | None:
    """What `curate calibrate` found on this run's judges, where anybody did."""
    path = calibration_path(run)
    if not path.exists():
        return None
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        judges = tuple(_calibrated(one) for one in said["against"])
        return Calibration(len(said["people"]), said["traces"], said["level"], judges) if said["people"] else None
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        raise UserError(f"{path}: cannot be read as a calibration\n  run `curate calibrate {run.path}` again") from None


def _calibrated(one: Mapping[str, Any]) -> Calibrated:
    spans = {f"{name}{end}": one[name][key] for name in ("agreement", "kappa") for end, key in _ENDS.items()}
    return Calibrated(judge=one["judge"], criterion=one["criterion"], traces=one["n"], **spans)


_ENDS = {"": "value", "_low": "low", "_high": "high"}
