"""What models were asked beside the teacher, and will be: to sort out, convert, check, judge, and as a student. Counted
from the journal's answers, projected on the rest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from curate.asking import TWICE
from curate.chat import Model
from curate.chat.budget import Spent
from curate.chat.reply import estimate_tokens
from curate.check import SAMPLING as CHECK_SAMPLING
from curate.check import asked_of_judge as asked_of_checker
from curate.check import by_rules
from curate.convert import SAMPLING as CONVERT_SAMPLING
from curate.convert import Way
from curate.convert import asks as asked_before
from curate.judge import Judgement
from curate.jury import SAMPLING as JUDGE_SAMPLING
from curate.jury import Jury, asked_of_judge
from curate.pipeline import Curated, verifiable
from curate.prompt import prompt
from curate.recipe import Recipe
from curate.student import SAMPLING as STUDENT_SAMPLING
from judges.reasoning.rules import RULES

# Before a judge was asked: what the 120 real DeepSeek-R1 answers of the tests show. Rules leave 13 undecided and call
# 92 right; the answer judge's prompt takes 650 tokens, the reasoning judge's 1,000 without its data; replies are one
# line of 60 tokens, and seven votes with a reason each.
UNDECIDED, RIGHT = 0.11, 0.77
_CHECK_PROMPT, _CHECK_REPLY = 650, 60
_JUDGE_PROMPT, _JUDGE_REPLY = 1_000, 350
_WAITING = ("pending", "judge_failed")
_BEFORE_REPLY = 300  # tokens of a rewritten question, or of a small model's answer
# The share of questions that go to rl, before there is any: what rules do not call right of those 120 answers, the most
# that round one may call wrong.
TO_RL = 1 - RIGHT
_TO_COME = ("pending", "error", "judge_failed", "convert_failed")


@dataclass(slots=True)
class Round:
    """What a round's models were and will be asked. likely: the share of traces that need them, before any is known;
    traces: those that came so far; asked: of these, those that needed a model; waiting: those that it has yet to see,
    and the tokens of their prompts by estimate; calls: answered so far, with their tokens."""

    likely: float
    traces: int = 0
    asked: int = 0
    waiting: int = 0
    waiting_tokens: float = 0.0
    calls: int = 0
    prompt: int = 0
    completion: int = 0

    @property
    def share(self) -> float:
        """The share of traces that need the model: so far, or before there are any the likely one."""
        return self.asked / self.traces if self.traces else self.likely

    def wait(self, asked: str) -> None:
        """A trace whose prompt is still to be sent."""
        self.waiting += 1
        self.waiting_tokens += estimate_tokens(asked)

    def answered(self, curated: Curated, purpose: str, identity: str) -> None:
        """The calls for a purpose that the model of this identity answered for one question."""
        for call in curated.calls:
            if (call.purpose, call.model) == (purpose, identity) and call.outcome != "error":
                self.calls += 1
                self.prompt += call.prompt_tokens
                self.completion += call.completion_tokens


@dataclass(slots=True)
class Draws(Round):
    """A student's round. traces: verifiable questions that have an outcome; asked: those of them that go to rl;
    waiting, calls: draws; coming: verifiable questions whose outcome is still to come, and the tokens of their prompts
    by estimate."""

    likely: float = TO_RL
    coming: int = 0
    coming_tokens: float = 0.0


def count_before(
    curated: Curated,
    way: Way,
    identities: Mapping[str, str],
    rounds: dict[tuple[str, str], Round],
    seen: set[int],
    prompts: dict[str, str],
) -> None:
    """Counts what models were asked about one question before it is distilled, and are still to be asked. rounds: by
    purpose and the model's name; seen: what was counted before, for a question that two sources read is asked once."""
    question = curated.original or curated.question
    waits = not curated.tries and curated.outcome.reason in ("pending", "convert_failed")
    answered = {(call.purpose, call.model) for call in curated.calls if call.outcome != "error"}
    asks = list(asked_before(question, way))
    for purpose, name, asked in asks:
        round_ = rounds.setdefault((purpose, name), Round(1.0))
        if (key := hash((purpose, name, asked))) in seen:
            continue
        seen.add(key)
        round_.traces += 1
        again = waits and purpose == "convert"  # whose first reply broke its contract
        if (purpose, identities[name]) in answered and not again:
            round_.asked += 1
        elif waits:
            prompts.setdefault(f"{purpose} by {name}, {question.language}", asked)
            round_.wait(asked)
    for purpose, name in {(purpose, name) for purpose, name, _ in asks}:
        rounds[purpose, name].answered(curated, purpose, identities[name])


def count_check(curated: Curated, identity: str | None, round_: Round, prompts: dict[str, str]) -> None:
    """Counts what the answer judge, of this identity, was asked about one question, and is still to be asked."""
    question = curated.question
    for one in curated.tries:
        waits = one.verdict.reason in _WAITING
        round_.traces += 1
        round_.asked += waits or one.verdict.rule is not None
        if waits:
            asked = asked_of_checker(question, one.trace, by_rules(question, one.trace))
            prompts.setdefault(f"check, {question.language}", asked)
            round_.wait(asked)
    if identity is not None:
        round_.answered(curated, "check", identity)


def count_judge(
    curated: Curated, jury: Jury, identities: Mapping[str, str], rounds: Mapping[str, Round], prompts: dict[str, str]
) -> None:
    """Counts what each judge of the reasoning was asked about one question, and is still to be asked."""
    question = curated.question
    for one in curated.tries:
        waiting = _waiting(one.judgement, jury) if one.judgement else ()
        for name, round_ in rounds.items():
            round_.traces += one.verdict.reason not in _WAITING
            answered = one.judgement is not None and any(said.judge == name for said in one.judgement.opinions)
            round_.asked += answered or name in waiting
            if name in waiting:
                asked = asked_of_judge(question, one.trace, jury)
                prompts.setdefault(f"judge, {question.language}", asked)
                round_.wait(asked)
    for name, round_ in rounds.items():
        round_.answered(curated, "judge", identities[name])


def count_student(curated: Curated, identity: str, draws: Draws, prompts: dict[str, str]) -> None:
    """Counts what the student, of this identity, was asked about one question, and is still to be asked. Its prompt is
    the teacher's: it is told where no teacher is asked."""
    question, outcome = curated.question, curated.outcome
    if not verifiable(question) or (outcome.label == "dropped" and not curated.calls):
        return
    if outcome.reason in _TO_COME:
        draws.coming += 1
        draws.coming_tokens += estimate_tokens(prompt(question))
        return
    draws.traces += 1
    draws.asked += outcome.goes_to == "rl"
    for _ in filter(lambda one: one.reason in _TO_COME, curated.answers):
        asked = prompt(question)
        if f"distil, {question.language}" not in prompts:
            prompts.setdefault(f"student, {question.language}", asked)
        draws.wait(asked)
    draws.answered(curated, "student", identity)


def _waiting(judgement: Judgement, jury: Jury) -> Collection[str]:
    """The judges whose word on a trace is still to come: those of the panel, and then the one of last resort."""
    failed = [one.judge for one in judgement.opinions if one.verdict.reason == "judge_failed"]
    if judgement.verdict.reason != "pending":
        return failed
    answered = {one.judge for one in judgement.opinions}
    panel = [name for name in jury.by if name != RULES and name not in answered]
    return [*failed, *(panel or [name for name in (jury.escalate,) if name is not None])]


def rounds_of(recipe: Recipe) -> dict[str, Round]:
    """A round for each judge of the reasoning; nothing tells how often the one of last resort is needed."""
    likely = RIGHT if recipe.judge.when == "right" else 1.0
    return {name: Round(likely if name in recipe.judge.by else 0) for name in recipe.judge.models}


def project_check(recipe: Recipe, round_: Round, samples: int, tries: int) -> tuple[Spent, Spent]:
    """The answer judge's part of what is left, and of what it may be at the most: samples and tries still to come."""
    model = recipe.models.get(recipe.check.judge or "")
    if model is None:
        return Spent(), Spent()
    guess = (_CHECK_PROMPT, _CHECK_REPLY)
    cap = int(model.sampling.over(CHECK_SAMPLING).get("max_tokens", _CHECK_REPLY))
    return _project(model, round_, guess, cap, samples, tries)


def project_judge(
    recipe: Recipe, rounds: Mapping[str, Round], samples: int, tries: int, reply: float
) -> tuple[Spent, Spent]:
    """The reasoning judges' part, each asked about its share of the traces; reply: tokens of a trace."""
    left, most = Spent(), Spent()
    waiting = max((rounds[name].waiting for name in rounds if name in recipe.judge.by), default=0)
    for name, round_ in rounds.items():
        model = recipe.models[name]
        last = name == recipe.judge.escalate  # what waits for the panel may come to it
        guess = (round(_JUDGE_PROMPT + reply), _JUDGE_REPLY)
        cap = int(model.sampling.over(JUDGE_SAMPLING).get("max_tokens", _JUDGE_REPLY))
        likely, at_most = _project(model, round_, guess, cap, samples, tries + waiting * last)
        left.add(likely)
        most.add(at_most)
    return left, most


def project_before(recipe: Recipe, rounds: Mapping[tuple[str, str], Round]) -> tuple[Spent, Spent]:
    """The part of what comes before distilling; at the most every rewriting takes all its tries."""
    left, most = Spent(), Spent()
    attempts = max((source.convert.attempts for source in recipe.sources if source.convert), default=1)
    for (purpose, name), round_ in rounds.items():
        model = recipe.models[name]
        cap = int(model.sampling.over(CONVERT_SAMPLING).get("max_tokens", _BEFORE_REPLY))
        reply = round_.completion / round_.calls if round_.calls else _BEFORE_REPLY
        left.add(spent(model, round_.waiting, round_.waiting_tokens, reply))
        calls = round_.waiting * (attempts if purpose == "convert" else TWICE)
        most.add(spent(model, calls, attempts * (round_.waiting_tokens + cap * round_.waiting), cap))
    return left, most


def project_student(recipe: Recipe, draws: Draws, length: float) -> tuple[Spent, Spent]:
    """The student's part: draws that wait, and those of the questions that are likely to go to rl, at the most all of
    them. length: tokens of a teacher's trace: who is trained on those writes as much, if it may."""
    spec = recipe.split.rl.difficulty
    if spec is None:
        return Spent(), Spent()
    model = recipe.models[spec.model]
    cap = int(model.sampling.over(STUDENT_SAMPLING).get("max_tokens", length))
    reply = draws.completion / draws.calls if draws.calls else min(length, cap)

    def part(share: float, reply: float) -> Spent:
        later = share * spec.samples
        asked = draws.waiting_tokens + later * draws.coming_tokens
        return spent(model, draws.waiting + later * draws.coming, asked, reply)

    return part(draws.share, reply), part(1.0, cap)


def _project(
    model: Model, round_: Round, guess: tuple[int, int], cap: int, samples: int, tries: int
) -> tuple[Spent, Spent]:
    """What waits for the model, and of the traces still to come the share that needed it so far."""
    prompt = round_.prompt / round_.calls if round_.calls else guess[0]
    reply = round_.completion / round_.calls if round_.calls else guess[1]
    later = samples * round_.share
    left = spent(model, round_.waiting + later, round_.waiting_tokens + later * prompt, reply)
    tokens, calls = round_.waiting_tokens + tries * prompt, round_.waiting + tries
    return left, spent(model, TWICE * calls, TWICE * tokens + cap * calls, cap)  # the second holds the first reply


def spent(model: Model, calls: float, asked: float, reply: float) -> Spent:
    """So many calls with so many tokens in all their prompts, and in each reply."""
    written = calls * reply
    usd = model.price.of(round(asked), round(written)) if model.price else 0.0
    return Spent(round(calls), round(asked + written), usd)
