"""The calls that are made on behalf of one question, answered and written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from curate.chat import Answered, CallFailed, Chat, Reply
from curate.records import CallMade, Purpose

TWICE = 2  # a judge is asked
_UNREASONED = "empty_reasoning"
_ORDER = get_args(Purpose)


class Asking:
    """One question's way to the models; `made` lists its calls by sample and attempt, in the order of asking.

    question_id: whose calls they are; a conversion may change it. anew: outcomes of kept replies that are asked for
    again."""

    def __init__(self, question_id: str, chat: Chat | None, anew: frozenset[str] = frozenset()) -> None:
        self.question_id, self._chat, self._anew = question_id, chat, anew
        self._made: list[CallMade] = []

    @property
    def made(self) -> tuple[CallMade, ...]:
        """The calls so far. Samples, and the judges of a panel, are asked at the same time: sorted, the order is the
        same in every run."""
        made = (replace(call, question_id=self.question_id) for call in self._made)
        return tuple(sorted(made, key=lambda call: (call.sample, call.attempt, _ORDER.index(call.purpose), call.model)))

    def identity(self, model: str) -> str:
        """What the journal knows the recipe's model of that name by: of a folder a hash of its files, taken once."""
        assert self._chat is not None, "a recipe without models asks none"
        return self._chat.endpoints[model].identity

    async def ask(
        self,
        purpose: Purpose,
        model: str,
        messages: Sequence[Mapping[str, Any]],
        sampling: Mapping[str, Any],
        *,
        sample: int,
        attempt: int,
        response_format: Mapping[str, Any] | None = None,
        shared: int | None = None,
    ) -> Answered:
        """The reply of the recipe's model of that name. Raises CallFailed, NotAsked and UserError, as Chat.ask does.

        sample, attempt: the trace that the call is for. shared: a call to judge, sort out or convert, or to a student,
        is the same for all that ask it, so that it is paid for once; the number tells draws of it apart. Its reply
        needs no reasoning beside it."""
        assert self._chat is not None, "a recipe without models asks none"
        judging = shared is not None
        draw: dict[str, Any] = {"attempt": shared} if judging else {"sample": sample, "attempt": attempt}
        draw |= {"response_format": response_format, "anew": self._anew - ({_UNREASONED} if judging else set())}
        common: dict[str, Any] = {
            "question_id": self.question_id,
            "sample": sample,
            "attempt": attempt,
            "purpose": purpose,
            "model": self.identity(model),
        }
        try:
            answered = await self._chat.ask(model, messages, sampling, **draw)
        except CallFailed as failed:
            self._made.append(CallMade(**common, key=failed.key, outcome="error", error=str(failed)))
            raise
        reply, usage = answered.reply, answered.reply.usage
        self._made.append(
            CallMade(
                **common,
                key=answered.key,
                outcome="ok" if judging and reply.outcome == _UNREASONED else reply.outcome,
                finish_reason=reply.finish_reason,
                answered_by=reply.model,
                fingerprint=reply.fingerprint,
                prompt_tokens=usage.prompt,
                completion_tokens=usage.completion,
                reasoning_tokens=usage.reasoning,
                cached_tokens=usage.cached,
                usd=answered.usd,
            )
        )
        return answered

    async def until_read(
        self,
        take: Callable[[Reply], str | None],
        purpose: Purpose,
        model: str,
        messages: Sequence[Mapping[str, Any]],
        sampling: Mapping[str, Any],
        times: int = TWICE,
        **more: Any,
    ) -> None:
        """Asks a model, and where its reply cannot be used again, so many times in all. take: is handed each reply, and
        gives what the model is told then, or None for a reply that it could use; more: as of `ask`, which raises the
        same."""
        for _ in range(times):
            reply = (await self.ask(purpose, model, messages, sampling, **more)).reply
            if (said := take(reply)) is None:
                return
            messages = [*messages, {"role": "assistant", "content": reply.content}, {"role": "user", "content": said}]
