"""`curate explain`: the whole life of one row as a page, from the record that was read to the release it stands in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from curate.life.records import Conversion, Life, Passage, Placed, Round, Row, Rule, Student, Trial
from curate.terminal.console import console, shown
from curate.terminal.explain_calls import calls_parts, spent_parts
from curate.terminal.layout import grid, is_wide, pairs, title
from curate.terminal.show import QUALITY, STYLES, TRUTH, headline, votes_table

_CONTEXT = 600  # characters of a context, an explanation, a record that are shown
_FILES = 5
_STATES = {"passed": "green", "made": "green", "dropped": "red", "failed": "red", "waits": "yellow"}


def print_life(life: Life, as_json: bool = False, whole: bool = False) -> None:
    """The page, or all of it as one JSON object. whole: each call with its request and reply."""
    if as_json:
        typer.echo(json.dumps(asdict(life), ensure_ascii=False, indent=2, default=str))
        return
    console().print(Group(_head(life), *_parts(life, whole)))


def _parts(life: Life, whole: bool) -> Iterator[RenderableType]:
    yield from (title("where it comes from"), _whence(life))
    if life.unreadable is not None:
        yield from (title("the record, which could not be read"), _unreadable(life.unreadable))
    if life.record is not None:
        yield from (title("the record as it was read"), _record(life.record))
    if life.passages:
        yield from (title("what it had to pass"), _passages(life.passages, life.outcome))
    if life.conversion is not None:
        yield from (title("its conversion"), _conversion(life.conversion, life.question))
    if life.calls:
        yield from calls_parts(life.calls, life.journal, whole)
    for one in life.trials:
        yield from (title(_trial_title(one, life.trials)), _trial(one), *_votes(one))
    yield from (title("why it ended there"), _ending(life))
    if life.student is not None:
        yield from (title("how hard it is for the student"), _student(life.student))
    if life.spent:
        yield from (title("what it took"), *spent_parts(life.spent))
    if life.releases:
        yield from (title("where it stands in releases"), _releases(life.releases))


def _head(life: Life) -> RenderableType:
    line = headline(life.id, life.outcome)
    if life.asked_for != life.id:
        line.append_text(shown(f"\nmade of {life.asked_for}", "dim"))
    return line


def _whence(life: Life) -> RenderableType:
    run, source, record = life.run, life.source, life.record
    begun = f"{run['started'][:16].replace('T', ' ')} UTC"
    recipe = f"recipe {run['recipe']} {run['version']}, digest {run['recipe_digest']}"
    rows = [("run", f"{run['path']}, of {begun}"), ("", recipe)]
    rows.append(("corpus", f"{source.get('title', '')} (source {source['source']})"))
    rows += [(name, str(source.get(name) or "not stated")) for name in ("licence", "home")]
    rows += [("files" if index == 0 else "", line) for index, line in enumerate(_files(source.get("files", ())))]
    if record is not None:
        split = f", split {record['split']}" if record["split"] else ""
        group = f", group {record['group']}" if record["group"] != record["source_id"] else ""
        rows.append(("record", f"{record['source_id']}{split}{group}"))
        told = (record["language"], record["answer_kind"], record["module"], record["task_domain"])
        rows.append(("kind", " · ".join(filter(None, told))))
    flags = [("flags" if index == 0 else "", flag) for index, flag in enumerate(_flags(life.flags))]
    return pairs([*rows, *flags])


def _files(files: Sequence[Row]) -> Iterator[str]:
    for one in files[:_FILES]:
        revision = f", revision {one['revision']}" if one["revision"] else ""
        yield f"{one['name']}{revision}, SHA-256 {one['sha256'] if is_wide() else one['sha256'][:16] + '…'}"
    if len(files) > _FILES:
        yield f"and {len(files) - _FILES:,} more; --json gives all"


def _flags(flags: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{flag}: {meaning}" if meaning else flag for flag, meaning in flags.items())


def _unreadable(row: Row) -> RenderableType:
    return pairs([("place", row["place"]), ("fault", row["error"]), ("text", _short(row["raw"]))])


def _record(question: Row) -> RenderableType:
    """A question's own words; the context short: `curate show` lays it out."""
    rows = [("task", _short(question["task"])), ("question", question["question"])]
    rows += [(f"  {letter}", text) for letter, text in question["options"].items()]
    rows += [("context", _short(question["context"]))]
    golds = [gold for gold in (question["gold"], *question["gold_alternatives"]) if gold]
    rows += [("gold", " or ".join(golds) if golds else "none is given")]
    rows += [("explanation", _short(question["explanation"] or ""))]
    rest = {name: said for name, said in question["meta"].items() if name != "given"}  # a trace, which stands below
    rows += [("meta", _short(json.dumps(rest, ensure_ascii=False, default=str)) if rest else "")]
    return pairs((name, said) for name, said in rows if said)


def _short(text: str) -> str:
    left = len(text) - _CONTEXT
    return text if left <= 0 else f"{text[:_CONTEXT]} … {left:,} characters more"


def _passages(passages: Sequence[Passage], outcome: Row) -> RenderableType:
    table = grid("", "recipe", "what it asks", gap=2, head=False)
    for one in passages:
        dropped = f"{outcome['reason']}: {outcome['meaning']}"
        words = {"dropped": dropped, "not reached": ""}.get(one.state, one.rule.words)  # nothing unknown is claimed
        state = Text(one.state, _STATES.get(one.state, "dim"))
        table.add_row(state, shown(f"{one.rule.key}: {one.rule.value}"), shown(words, "dim"))
        if one.other is not None:
            gold = f"gold {one.other['gold']}" if one.other["gold"] else "no gold"
            said = f"the other one, {one.other['id']} ({one.other['label']}, {gold}): {_short(one.other['question'])}"
            table.add_row("", "", shown(said))
    return table


def _conversion(found: Conversion, made: Row | None) -> RenderableType:
    state = {
        "made": f"{found.use}, by {found.by}",
        "dropped": f"{found.use}, by {found.by}: it could not be made",
        "failed": f"{found.use}, by {found.by}: no reply that could be used",
        "waits": f"{found.use}, by {found.by}: a call for it was not sent",
        "not reached": f"{found.use}, by {found.by}: not reached",
    }[found.state]
    rows: list[tuple[str, str]] = [("into", state)]
    if found.reason:
        rows.append(("why", f"{found.reason}: {found.meaning}"))
    if found.detail:
        rows.append(("", _short(found.detail)))
    if made is not None:
        golds = [gold for gold in (made["gold"], *made["gold_alternatives"]) if gold]
        rows += [("made", made["id"]), ("question", made["question"]), ("gold", " or ".join(golds) or "none")]
    return pairs(rows)


def _trial_title(one: Trial, trials: Sequence[Trial]) -> str:
    several = f": sample {one.sample}, attempt {one.attempt}" if len(trials) > 1 else ""
    return f"trace{several}{' (chosen)' if one.chosen and len(trials) > 1 else ''}"


def _trial(one: Trial) -> RenderableType:
    trace, check = one.trace, one.check
    rows: list[tuple[str, str | RenderableType]] = [("written", _author(trace))]
    if trace["error"]:
        rows.append(("", trace["error"]))
    else:
        rows.append(("", f"{len(trace['reasoning']):,} characters of reasoning, {len(trace['answer']):,} of answer"))
    rows.append(("answer", trace["final"] if trace["final"] is not None else "none was found"))
    rows.append(("round one", Text.assemble(TRUTH[check["value"]], shown(f", {check['reason']}: {check['meaning']}"))))
    rows += [("", line) for line in _checked(check)]
    rows += [] if one.rounds else [("round two", _not_judged(check))]
    rows += _audit(one)
    return pairs(rows)


def _author(trace: Row) -> str:
    how = f" ({trace['origin']})" if trace["origin"] != trace["model"] else ""
    return f"by {trace['model']}{how}: {trace['outcome']}"


def _checked(check: Row) -> Iterator[str]:
    """What stands behind a verdict of round one."""
    if check["method"] != "rule":
        left = f"; the rules left it open, {check['rule']}: {check['rule_meaning']}" if check["rule"] else ""
        yield f"by the model {check['method']}{left}"
    against = [f"gold {check['gold']}"] if check["gold"] else []
    against += [f"up to {check['tolerance']} off is right"] if check["tolerance"] else []
    if against:
        yield ", ".join(against)
    if check["detail"]:
        yield _short(check["detail"])


def _not_judged(check: Row) -> str:
    return "not asked, as round one does not say right" if check["value"] is not True else "no judge has voted"


def _audit(one: Trial) -> Iterator[tuple[str, str]]:
    if one.calculations:
        word = "calculation" if one.calculations == 1 else "calculations"
        yield "arithmetic", f"{one.calculations:,} {word}, {len(one.wrong):,} wrong"
    for row in one.wrong:
        yield "", f"{row['text']}   it gives {row['computed']}"


def _votes(one: Trial) -> Iterator[RenderableType]:
    for said in one.rounds:
        yield _judge(said)
        yield votes_table(said.votes, indent=2)


def _judge(said: Round) -> RenderableType:
    seen = "" if said.shown == 1 else f"; it saw {said.shown:.0%} of the reasoning"
    beside = "" if said.sits else "; beside the panel, without a say"
    verdict = Text.assemble(QUALITY[said.good], shown(f", {said.reason}: {said.meaning}{beside}{seen}"))
    return pairs(
        [("round two", Text.assemble(shown(f"{said.judge}: "), verdict)), *([("", said.detail)] if said.detail else [])]
    )


def _ending(life: Life) -> RenderableType:
    outcome = life.outcome
    rows: list[tuple[str, str | RenderableType]] = []
    if life.chosen:
        rows.append(("trace", f"sample {outcome['sample']}, attempt {outcome['attempt']}: {life.chosen}"))
    rows.append(
        (
            "outcome",
            Text.assemble(
                (outcome["label"], STYLES[outcome["label"]]), shown(f", {outcome['reason']}: {outcome['meaning']}")
            ),
        )
    )
    if outcome["detail"]:
        rows.append(("", _short(outcome["detail"])))
    rows += [("rules" if index == 0 else "", _rule(one)) for index, one in enumerate(life.rules)]
    return pairs(rows)


def _rule(rule: Rule) -> RenderableType:
    head = f"{rule.key}: {rule.value}" if rule.key else rule.value
    return Text.assemble(shown(head), shown(f" ({rule.words})", "dim"))


def _student(found: Student) -> RenderableType:
    rows = [("student", found.model), ("pass rate", _pass_rate(found)), ("a release", _band(found))]
    answers = (("answers" if index == 0 else "", _answered(one)) for index, one in enumerate(found.answers))
    return pairs([*rows, *answers])


def _pass_rate(found: Student) -> str:
    if found.pass_rate is None:
        return "none: answers are missing" if found.missing else "none: no answer could be decided"
    decided = found.passed + found.failed
    interval = f"95 %: {found.pass_low:.2f} to {found.pass_high:.2f}"
    return f"{found.pass_rate:.0%}, {found.passed} of {decided} decided answers right ({interval})"


def _band(found: Student) -> str:
    low, high = found.keep
    kept = found.pass_rate is not None and low <= found.pass_rate <= high
    return f"keeps rates of {low:g} to {high:g}: this one is {'kept' if kept else 'left out'}"


def _answered(one: Row) -> RenderableType:
    said = f" {one['extracted']}" if one["extracted"] else ""
    return Text.assemble(f"{one['sample']}  ", TRUTH[one["value"]], shown(f"{said}  {one['reason']}", "dim"))


def _releases(found: Sequence[Placed]) -> RenderableType:
    return pairs((one.version, _placed(one)) for one in found)


def _placed(one: Placed) -> str:
    where = f"{one.config}, {one.split}" if one.config else "it is not in it"
    left = f", left out of {one.left_out_of}: {one.detail}" if one.left_out_of else ""
    older = "" if one.current else "; built of an earlier state of the run"
    return f"{where}{left}{older} ({one.folder})"
