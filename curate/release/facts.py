"""The facts of a release: what its data tell by themselves (curate.release.counted), and what only the run knows.

facts = facts_of(run, wanted, folder, counted(folder))
dataset_card(facts, "en")
"""

import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cards.facts import Band, Benchmark, Calibrated, Calibration, Criterion, DatasetFacts, Flag, Private, Source
from cards.record import of_record
from curate.calibration import calibration_path
from curate.errors import UserError
from curate.identity import published
from curate.labels import judge_spec
from curate.release.infos import infos
from curate.release.licence import conflicts, known, terms
from curate.release.lock import FUNNEL
from curate.release.spent import dollars, spent
from curate.release.versions import versions
from curate.release.wanted import Wanted
from curate.runs import Run
from curate.screen_spec import ScreenSpec
from judges.reasoning.combine import Keep

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
    licence, screen, lines = known(publish.licence or ""), recipe.get("screen"), spent(run)
    return DatasetFacts(
        name=recipe["name"],
        version=wanted.version,
        title=publish.title or recipe["name"],
        about=publish.about,
        about_zh=publish.about_zh,
        repo=publish.repo or "",
        licence=licence.hub if licence else "",
        screened=screen is not None,
        duplicates=_screened(screen, "duplicates"),
        private_screen=_screened(screen, "private"),
        masked=_one(run, "select count(*) from questions where list_contains(flags, 'private_data')"),
        keep=_keep(judge_spec(run).keep_rule, len(criteria.names)),
        criteria_set=criteria.known_as,
        seed=wanted.split.seed,
        validation=wanted.split.validation,
        usd=dollars(lines),
        limit=run.record["options"]["limit"],
        stopped=run.record["stopped"] if run.record["stopped"] in _STOPPED else "",
        since="",
        sources=_sources(run, wanted, counted["published"]),
        criteria=tuple(Criterion(one.name, one.en.title, one.zh.title) for one in criteria.criteria),
        calibration=_calibration(run),
        flags=_flags(run, counted["flagged"]),
        draw=_draw(wanted),
        benchmarks=_benchmarks(run),
        spent=lines,
        band=_band(run, wanted),
        changes=(),
        infos=tuple(infos(folder)),
        versions=versions(run.record["versions"], importlib.metadata.version("fincurate")),
        private=tuple(Private(kind, rows, private) for kind, rows in counted["private_rows"].items()),
        **{name: counted[name] for name in _COUNTED},
    )


def read_facts(folder: Path) -> DatasetFacts:
    """The facts that a release states. A file that holds none raises OSError, ValueError, TypeError, KeyError or
    AttributeError."""
    return of_record(DatasetFacts, json.loads((folder / FUNNEL).read_text(encoding="utf-8")))


_STOPPED = ("budget", "interrupted")
_COUNTED = (
    *("parts", "modules", "languages", "kinds", "teachers", "reasons", "votes", "agreement", "lengths"),
    *("leaks", "twins"),
)


def _one(run: Run, query: str) -> Any:
    return run.sql(query).item()


def _screened(screen: Mapping[str, Any] | None, key: str) -> str:
    """What the recipe's screens say of a key, or their default; "" where it has none."""
    return "" if screen is None else str(screen.get(key, ScreenSpec.model_fields[key].default) or "")


def _keep(keep: Keep, criteria: int) -> str:
    if keep.at_least is None:
        return "all"
    weights = ", ".join(f"{name} counts {points:g}" for name, points in keep.weights.items())
    return f"{keep.at_least:g} of {criteria}" if not weights else f"{keep.at_least:g} points ({weights})"


def _sources(run: Run, wanted: Wanted, rows: Mapping[str, Mapping[str, int]]) -> tuple[Source, ...]:
    funnel = {row["source"]: row for row in run.sql("from funnel").to_dicts()}
    accepted, found = _accepted(wanted, run.record["sources"], funnel), []
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
                accepted=accepted.get(name, ""),
                revision=", ".join(revisions),
                **said,
                **counts,
            )
        )
    return tuple(found)


def _accepted(
    wanted: Wanted, sources: Sequence[Mapping[str, Any]], funnel: Mapping[str, Mapping[str, int]]
) -> Mapping[str, str]:
    """Why licences that would stop the release do not; an acceptance that nothing needs is not told."""
    held = [
        (one["source"], one["licence"], funnel[one["source"]]["questions"] - funnel[one["source"]]["dropped"])
        for one in sources
    ]
    stopping = {one.source for one in conflicts(wanted.publish.licence, held, {})}
    return {source: why for source, why in wanted.publish.accept_licence.items() if source in stopping}


def _flags(run: Run, flagged: Mapping[str, Mapping[str, int]]) -> tuple[Flag, ...]:
    """The flags of the rows as they are released, with what the run's sources say that they mean."""
    found = []
    for source in run.record["sources"]:
        for flag, rows in flagged.get(source["source"], {}).items():
            found.append(Flag(source["source"], flag, source["flags"].get(flag, ""), rows))
    return tuple(found)


def _draw(wanted: Wanted) -> str:
    """Caps and mixes as the recipe has them, "" for none."""
    said = wanted.split.model_dump(mode="json", exclude_defaults=True, include={"sft", "rl"})
    said = {config: {key: part[key] for key in part if key != "difficulty"} for config, part in said.items()}
    drawn = {config: part for config, part in said.items() if part}
    return json.dumps(drawn, ensure_ascii=False) if drawn else ""


def _benchmarks(run: Run) -> tuple[Benchmark, ...]:
    """The sets that were screened against; a dropped question's detail begins with the id that it overlaps with."""
    details = run.sql("select detail from outcomes where reason = 'overlap'")["detail"].to_list()
    found = []
    for one in run.record["benchmarks"]:
        dropped = sum(detail.startswith(f"{one['source']}:") for detail in details)
        name = one["source"].removeprefix("benchmark ")
        found.append(Benchmark(name, tuple(file["name"] for file in one["files"]), dropped))
    return tuple(found)


def _band(run: Run, wanted: Wanted) -> Band | None:
    spec = wanted.split.rl.difficulty
    if spec is None:
        return None
    asked = run.sql("select pass_rate, missing from pass_rates")
    rates = asked["pass_rate"].drop_nulls()
    inside, unfinished = int(rates.is_between(*spec.keep).sum()), int((asked["missing"] > 0).sum())
    student = published(run.record["models"][spec.model])
    return Band(student, spec.samples, *spec.keep, len(asked), len(rates), inside, unfinished)


def _calibration(run: Run) -> Calibration | None:
    """What `curate calibrate` found on this run's judges, where anybody did: not on others that it had before."""
    path = calibration_path(run)
    if not path.exists():
        return None
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        judges = tuple(_calibrated(one) for one in said["against"])
        same = {(one["name"], one["identity"], one["criteria"]) for one in said["judges"]} == _judges(run)
        found = Calibration(len(said["people"]), said["traces"], said["level"], judges)
        return found if same and said["people"] else None
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        raise UserError(f"{path}: cannot be read as a calibration\n  run `curate calibrate {run.path}` again") from None


def _judges(run: Run) -> set[tuple[str, str, str]]:
    """Who voted in the run: name, identity, criteria."""
    return set(run.sql("select distinct judge, identity, criteria from scores").rows())


def _calibrated(one: Mapping[str, Any]) -> Calibrated:
    spans = {f"{name}{end}": one[name][key] for name in ("agreement", "kappa") for end, key in _ENDS.items()}
    return Calibrated(judge=one["judge"], criterion=one["criterion"], traces=one["n"], **spans)


_ENDS = {"": "value", "_low": "low", "_high": "high"}
