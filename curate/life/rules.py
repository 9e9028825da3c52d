"""Why a row ended where it did: the rules of its run's recipe that had a say, in the order in which they spoke."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from curate.errors import UserError
from curate.judge_spec import JudgeSpec
from curate.life.records import Row, Rule, Trial
from curate.records import Question
from curate.spec import CheckSpec, DistilSpec
from judges.answers import VERIFIABLE_KINDS
from judges.answers.audit import CONTRADICTING

_FIXED = ""
_RANK = {True: 0, False: 1, None: 2}


def rules(
    recipe: Mapping[str, Any], question: Question | None, outcome: Row, trials: Sequence[Trial]
) -> tuple[Rule, ...]:
    """The rules behind an outcome. question: None for an unreadable record. Raises UserError where the run's recipe
    cannot be read."""
    if question is None:
        return (Rule(_FIXED, "unreadable -> rejects", "no question could be made of the record; the run went on"),)
    try:
        distil = DistilSpec.model_validate(recipe["distil"]) if recipe.get("distil") else None
        check = CheckSpec.model_validate(recipe.get("check", {}))
        judge = JudgeSpec.model_validate(recipe.get("judge", {}))
    except ValueError:
        raise UserError("the run's recipe cannot be read; run the recipe again") from None
    said = [*_written(distil, trials), *_checked(check, trials), *_judged(judge, trials)]
    return (*(said if trials else ()), _goes(question, outcome, trials))


def _written(distil: DistilSpec | None, trials: Sequence[Trial]) -> Iterator[Rule]:
    if distil is not None and trials and trials[0].trace["origin"] in ("distilled", "program"):
        times = (
            "one try" if distil.attempts == 1 else f"up to {distil.attempts:,} tries at a sample, while a round says no"
        )
        yield Rule("distil", f"by {distil.by}, samples {distil.samples}, attempts {distil.attempts}", times)


def _checked(check: CheckSpec, trials: Sequence[Trial]) -> Iterator[Rule]:
    if trials:
        asked = f"rules decide; what they leave open goes to {check.judge}" if check.judge else "rules alone decide"
        yield Rule("check", f"by {', '.join(check.by)}, preset {check.preset}", asked)


def _judged(judge: JudgeSpec, trials: Sequence[Trial]) -> Iterator[Rule]:
    if not any(one.rounds for one in trials):
        return
    rule = judge.keep_rule
    weighted = "".join(f", {name} {points:g}" for name, points in rule.weights.items())
    keep = "all" if rule.at_least is None else f"at_least {rule.at_least:g}{weighted}"
    each = "every criterion has to be met" if rule.at_least is None else "so many criteria, or points, have to be met"
    yield Rule("judge.keep", keep, each)
    if len(judge.by) > 1:
        most = "what more than half of the judges say" if judge.panel == "majority" else "what all judges say"
        yield Rule("judge.panel", f"{judge.panel} of {', '.join(judge.by)}", most)
    if judge.escalate and any(said.judge == judge.escalate for one in trials for said in one.rounds):
        words = "asked last, as the others were undecided or measures contradicted them"
        yield Rule("judge.escalate", judge.escalate, words)


def _goes(question: Question, outcome: Row, trials: Sequence[Trial]) -> Rule:
    """The rule of curate.pipeline that sends an outcome where it goes; no recipe changes it."""
    label, goes_to = outcome["label"], outcome["goes_to"]
    if goes_to is None:
        return Rule(_FIXED, "it waits", "a call for it was not sent; the same command goes on from here")
    if label == "good":
        return Rule(_FIXED, "good -> sft", "its answer is right and its reasoning good")
    if goes_to == "rl":
        words = f"{_bad(trials)}, and rules can verify an answer of the kind '{question.answer_kind}'"
        return Rule(_FIXED, "bad and verifiable -> rl", words)
    if label == "bad":
        golds = not CONTRADICTING.isdisjoint(question.flags) and question.answer_kind in VERIFIABLE_KINDS
        why = "its golds contradict each other" if golds else f"no rule verifies a '{question.answer_kind}'"
        return Rule(_FIXED, "bad, not verifiable -> rejects", f"{_bad(trials)}, and {why}: it is no use as a reward")
    if label == "dropped":
        return Rule(_FIXED, "dropped -> rejects", "no trace was asked for")
    return Rule(_FIXED, "undecided -> rejects", "what is undecided is neither right nor wrong, and goes nowhere")


def _bad(trials: Sequence[Trial]) -> str:
    right = any(one.chosen and one.check["value"] for one in trials)
    return "its reasoning is bad" if right else "its answer is wrong"


def why_chosen(trials: Sequence[Trial], outcome: Row) -> str:
    """Why the outcome rests on this trace, in words; "" where it rests on none."""
    chosen = next((one for one in trials if one.chosen), None)
    if chosen is None:
        return ""
    samples = {one.sample for one in trials}
    attempts = [one for one in trials if one.sample == chosen.sample]
    if len(trials) == 1:
        return "the only trace"
    last = f"the last of {len(attempts)} attempts at it" if len(attempts) > 1 else "its only attempt"
    if len(samples) == 1:
        return last
    return (
        f"of {len(samples)} samples, each by its last attempt, the first that is {outcome['label']} "
        f"(good goes before bad before undecided); {last}"
    )
