"""What a question goes through before it is distilled: models that sort it out, and the conversion of its source.

A conversion is a module (recipes/conversions/) that makes no call: `prompt` says what to ask, `read` makes a Question
of the reply or says which part of the contract it breaks, `again` tells the model so; `by_rules` needs no model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from curate import ambiguity
from curate.asking import Asking
from curate.chat import CallFailed, Model, Reply
from curate.errors import BadRecord, UserError
from curate.prompt import prompt
from curate.records import Drop, Question
from curate.sourcing import refuse_surrogates
from judges.answers import VERIFIABLE_KINDS, grade
from judges.reasoning.rules import RULES
from judges.thought import after_thought, whole

SAMPLING = {"temperature": 0, "max_tokens": 4096}
# One draw for all: a question that two sources read is asked about once. None of these calls is for a trace.
_ONCE: dict[str, Any] = {"sample": 0, "attempt": 0, "shared": 0}
_NO_REPLY = ("truncated", "refusal", "filtered", "empty_answer")
_SHOWN = 200  # characters of a reply that a row's detail shows

Named = tuple[str, Model]


@dataclass(frozen=True, slots=True)
class Way:
    """What a recipe says of one source: the small models whose right answers make a question too easy, the one that
    tells ambiguous ones, the conversion with its options, the model that rewrites (None: rules), and its tries."""

    difficulty: tuple[Named, ...] = ()
    ambiguity: Named | None = None
    conversion: ModuleType | None = None
    options: Any = None
    by: Named | None = None
    attempts: int = 1

    @property
    def brings_traces(self) -> bool:
        """Does the conversion write the trace itself, so that none is distilled?"""
        return getattr(self.conversion, "BRINGS_TRACES", False)


AS_IT_IS = Way()


async def convert(question: Question, way: Way, asking: Asking) -> Question | Drop:
    """The question as it is distilled, or why it goes no further. Raises NotAsked, where a call may not be sent."""
    try:
        if drop := await _too_easy(question, way, asking) or await _ambiguous(question, way, asking):
            return drop
        return question if way.conversion is None else await _rewritten(question, way, asking)
    except CallFailed as failed:
        return Drop("convert_failed", str(failed))


def asks(question: Question, way: Way) -> Iterator[tuple[str, str, str]]:
    """The first calls that a question needs at the most: purpose, the model's name, the text that it is asked."""
    if _gradable(question):
        yield from (("filter", name, prompt(question)) for name, _ in way.difficulty)
    if way.ambiguity is not None:
        yield "filter", way.ambiguity[0], ambiguity.prompt(question)
    if way.conversion is not None and way.by is not None:
        asked = way.conversion.prompt(question, way.options)
        if isinstance(asked, str):
            yield "convert", way.by[0], asked


async def _too_easy(question: Question, way: Way, asking: Asking) -> Drop | None:
    """Do all small models answer right? As DianJin-R1 sorts out what teaches nothing. They are asked one after the
    other, until one is not right, or in doubt."""
    if not _gradable(question):
        return None
    asked = [{"role": "user", "content": prompt(question)}]
    for name, model in way.difficulty:
        answered = await asking.ask("filter", name, asked, model.sampling.over(SAMPLING), **_ONCE)
        if grade(answered.reply.content, question).value is not True:
            return None
    return Drop("too_easy", ", ".join(name for name, _ in way.difficulty)) if way.difficulty else None


def _gradable(question: Question) -> bool:
    """Can rules tell whether an answer is right?"""
    return question.gold is not None and question.answer_kind in VERIFIABLE_KINDS


async def _ambiguous(question: Question, way: Way, asking: Asking) -> Drop | None:
    """Does a model say that the question has no single answer? A reply that cannot be read says nothing."""
    if way.ambiguity is None:
        return None
    name, model = way.ambiguity
    found: list[tuple[bool | None, str]] = []

    def take(reply: Reply) -> str | None:
        found.append(ambiguity.read(after_thought(reply.content)))
        return ambiguity.again(question.language) if found[-1][0] is None else None

    asked = [{"role": "user", "content": ambiguity.prompt(question)}]
    more = {**_ONCE, "response_format": model.held_to(ambiguity.SCHEMA)}
    await asking.until_read(take, "filter", name, asked, model.sampling.over(SAMPLING), **more)
    said, why = found[-1]
    return Drop("ambiguous", why) if said else None


async def _rewritten(question: Question, way: Way, asking: Asking) -> Question | Drop:
    """By rules, or by a model that is told what it broke and asked again; the last try's fault is the reason."""
    conversion, made = way.conversion, list[Question | Drop]()
    assert conversion is not None, "a way without a conversion leaves a question as it is"
    if way.by is None:
        return _signed(conversion.by_rules(question, way.options), question, RULES)
    asked: str | Question | Drop = conversion.prompt(question, way.options)
    if not isinstance(asked, str):  # what needs no model, or cannot be converted at all
        return _signed(asked, question, RULES)

    def take(reply: Reply) -> str | None:
        if reply.outcome in _NO_REPLY:  # told as it is; to ask in the same words again would bring the same
            made.append(Drop(reply.outcome, reply.content[:_SHOWN]))
            return None
        made.append(conversion.read(after_thought(reply.content), question, way.options))
        said: str | None = conversion.again(made[-1], question) if isinstance(made[-1], Drop) else None
        return said

    name, model = way.by
    messages: list[dict[str, Any]] = [{"role": "user", "content": asked}]
    more = {**_ONCE, "response_format": model.held_to(conversion.SCHEMA), "times": way.attempts}
    await asking.until_read(take, "convert", name, messages, model.sampling.over(SAMPLING), **more)
    return _signed(made[-1], question, model.called)


def _signed(made: Question | Drop, original: Question, by: str) -> Question | Drop:
    """What a conversion made, with who made it; a trace that came of it is that one's. Raises UserError for what no
    conversion may make: a question of another source, or one whose id may be another's."""
    if isinstance(made, Drop):
        return replace(made, detail=whole(made.detail))
    if not isinstance(made, Question):
        raise UserError(f"the conversion of {original.id} gave {made!r}; it must give a Question or a Drop")
    if made.source != original.source or not made.id.startswith(original.id):
        raise UserError(
            f"the conversion of {original.id} gave a question '{made.id}' of the source '{made.source}'\n"
            "  it keeps its source, and its id, to which it may add: f'{question.id}:open'"
        )
    meta = {**made.meta, "converted_by": by}
    if "given" in meta and not meta["given"].get("model"):
        meta["given"] = {**meta["given"], "model": by}
    signed = replace(made, meta=meta)
    try:
        refuse_surrogates(signed)
    except BadRecord as error:
        return Drop("rewrite_unreadable", str(error))
    return signed
