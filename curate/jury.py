"""A model on the jury: what it is shown of a trace, and its opinion.

A reply without a readable vote on some criterion is asked for once more; what is still missing is None, by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from curate.asking import Asking
from curate.chat import CallFailed, Model, Reply
from curate.prompt import prompt
from curate.records import Question, Trace
from judges.answers.choice import named
from judges.reasoning import ALL, DEFAULT, FIN_R1, CriteriaSet, Keep, Thresholds, combine
from judges.reasoning.combine import PanelRule
from judges.reasoning.prompt import Shown, again, judging, schema, votes
from judges.reasoning.rules import RULES
from judges.verdict import Score, Verdict

SAMPLING = {"temperature": 0, "max_tokens": 4096}
_LONGEST = 20_000  # characters of an answer, an instruction or a context that a judge is shown

# Fin-R1's modules as the task domains that its Chinese prompt names (README; arXiv 2503.16252v5, Tables 3 and 4).
DOMAINS: Mapping[str | None, Mapping[str, str]] = {
    "code": {"en": "code for quantitative trading", "zh": "金融代码"},
    "professional_knowledge": {"en": "professional knowledge of finance", "zh": "金融专业知识"},
    "non_reasoning_business": {"en": "financial business knowledge", "zh": "金融非推理类业务知识"},
    "reasoning_business": {"en": "reasoning about financial business", "zh": "金融推理类业务知识"},
    None: {"en": "finance", "zh": "金融"},
}


@dataclass(frozen=True, slots=True)
class Jury:
    """Who judges, and how. models: the recipe's, by name; by: names of those who sit, `rules` among them or not;
    escalate: who has the last word in doubt; language: of the prompt, by default the question's; the rest: as of a
    recipe's `judge`."""

    by: tuple[str, ...] = (RULES,)
    models: tuple[tuple[str, Model], ...] = ()
    criteria: CriteriaSet = FIN_R1
    keep: Keep = ALL
    rule: PanelRule = "majority"
    escalate: str | None = None
    always: bool = False
    sees: tuple[str, ...] = ("question",)
    characters: int = 100_000
    language: str | None = None
    thresholds: Thresholds = DEFAULT


RULES_ALONE = Jury()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says of one trace. judge: its name in the recipe; identity: of its model; sits: whether it has a
    say in the verdict; shown: the share of the reasoning that it saw, 0 to 1."""

    judge: str
    identity: str
    verdict: Verdict
    scores: tuple[Score, ...]
    sits: bool = True
    shown: float = 1.0


async def opinion(
    name: str, model: Model, question: Question, trace: Trace, jury: Jury, asking: Asking, draw: int = 0
) -> Opinion:
    """A model's votes; criteria without a readable one are asked for once more, and are then None. draw: tells apart
    calls that say the same. Raises NotAsked where the model may not be called (any more)."""
    criteria, language = jury.criteria, jury.language or question.language
    found: dict[str, Score] = {}
    said, failure = "", ""

    def take(reply: Reply) -> str | None:
        nonlocal said
        said = reply.content
        found.update(votes(said, criteria) if reply.outcome != "truncated" else {})
        missing = [one for one in criteria.names if one not in found]
        return again(missing, criteria, language) if missing else None

    try:
        await asking.until_read(
            take,
            *("judge", name, [{"role": "user", "content": asked_of_judge(question, trace, jury)}]),
            model.sampling.over(SAMPLING),
            sample=trace.sample,
            attempt=trace.attempt,
            shared=draw,
            response_format=model.held_to(schema(criteria)),
        )
    except CallFailed as failed:
        failure = str(failed)
    # The server's words, which may hold its address, stand in `calls` and in the verdict: votes are published.
    why = "the call failed" if failure else "no readable vote" if said else "an empty reply"
    scores = tuple(found.get(one) or Score(one, None, why) for one in criteria.names)
    verdict = combine(scores, jury.keep, name)
    if verdict.value is None and failure:
        verdict = Verdict(None, "judge_failed", method=name, detail=failure)
    elif not found:
        verdict = Verdict(None, "judge_unreadable", method=name, detail=said[:200])
    return Opinion(name, asking.identity(name), verdict, scores, shown=shown_share(trace, jury))


def shown_share(trace: Trace, jury: Jury) -> float:
    """The share of a trace's reasoning that models are shown."""
    return min(jury.characters / max(len(trace.reasoning), 1), 1.0)


def asked_of_judge(question: Question, trace: Trace, jury: Jury) -> str:
    """A judge's prompt about a trace."""
    language = jury.language or question.language

    def cut(text: str) -> str:
        return _cut(text, _LONGEST, language)

    golds = [gold for gold in (question.gold, *question.gold_alternatives) if gold]
    shown = Shown(
        domain=(question.task_domain or "").strip() or DOMAINS[question.module]["zh" if language == "zh" else "en"],
        instruction=cut(_instruction(question, trace) if "question" in jury.sees else question.task),
        standard_answer="\n".join(_with_text(gold, question) for gold in golds),
        reasoning=_cut(trace.reasoning, jury.characters, language),
        answer=cut(trace.answer),
        context=cut(question.context) if "context" in jury.sees else "",
        explanation=cut(question.explanation or "") if "explanation" in jury.sees else "",
    )
    return judging(shown, jury.criteria, language)


def _instruction(question: Question, trace: Trace) -> str:
    """What the trace's author was asked, without the context: as we ask, with the box, or as a source gives it."""
    if trace.origin != "imported":
        return prompt(replace(question, context=""))
    options = (f"{letter}. {text}" for letter, text in question.options.items())
    return "\n".join(filter(None, (question.task, question.question, *options)))


def _with_text(gold: str, question: Question) -> str:
    """The options that a gold names, with their texts."""
    chosen = named([gold], question.options) if question.options else []
    return "\n".join(f"{letter}. {question.options[letter]}" for letter in sorted(chosen[0])) if chosen else gold


def _cut(text: str, most: int, language: str) -> str:
    """The text, its middle left out where it is too long, and the gap told."""
    if len(text) <= most:
        return text
    half = most // 2
    gone = len(text) - 2 * half
    told = f"[……此处省略 {gone} 字……]" if language == "zh" else f"[... {gone} characters left out here ...]"
    return f"{text[:half]}\n{told}\n{text[-half:]}"
