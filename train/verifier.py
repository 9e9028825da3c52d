"""The answer judge beside the rules, while a policy trains: every reply is kept in the journal, none is paid for twice.

    verifier = Verifier(spec)                # of a config with check: {by: [rules, judge]}
    verifier.verdicts([(question, trace)])   # rules first; the model where they are undecided, a batch at once
    verifier.close()

It has an event loop of its own that runs while verdicts are waited for, with the connections and the journal kept open
in between: everything is on the thread that trains, so that Ctrl-C and `close` need no second one.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from curate.asking import Asking
from curate.chat import Chat, Journal, NotAsked
from curate.check import Checker, check
from curate.errors import UserError
from curate.records import Question, Trace
from curate.runs import JOURNAL
from judges.verdict import Verdict
from train.spec import GrpoSpec

PATIENCE = 180.0  # a judge's reply has 2,048 tokens at the most: at 64 calls in flight, a minute or less


class Verifier:
    """Round one with its answer judge. Raises UserError for a journal that cannot be used, and for what processes that
    train together cannot share: a budget, and a server that each would start.

    What the model does not settle stays undecided: a call that failed or took too long, a reply that cannot be read, a
    budget that is spent. A step waits for its verdicts: where the config sets no `timeout` a call has PATIENCE seconds,
    and not the hour of a teacher's; one that took longer is tried once more."""

    def __init__(self, spec: GrpoSpec) -> None:
        name = spec.check.judge
        assert name is not None, "without a judge, rules alone decide"
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            _refuse_what_is_for_one(spec, name)
        model = spec.models[name]
        if "timeout" not in model.model_fields_set:
            model = model.model_copy(update={"timeout": PATIENCE})
        self._checker = Checker(spec.check.policy, (name, model))
        self._spec = spec
        folder = spec.folder.parent
        folder.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(folder / JOURNAL)
        self._loop = asyncio.Runner()
        self._chat: Chat | None = None
        self._silent = False

    def verdicts(self, pairs: Sequence[tuple[Question, Trace]]) -> list[Verdict]:
        """The verdict on each trace. Raises UserError, with the server's words, where the model cannot be asked at
        all: a policy would go on training on what rules alone decide."""
        return self._loop.run(self._all(pairs))

    def close(self) -> None:
        """Closes the connections, and the server where one was started, and the journal."""
        if self._chat is not None:
            self._loop.run(self._chat.__aexit__())
        self._loop.close()
        self._journal.close()

    async def _all(self, pairs: Sequence[tuple[Question, Trace]]) -> list[Verdict]:
        chat = self._chat or await self._opened()
        await asyncio.sleep(0)  # connections that were closed while the loop stood still are seen to be
        found = await asyncio.gather(*(self._one(question, trace, chat) for question, trace in pairs))
        if (stopped := chat.stopped) is not None and stopped.why == "broken":
            await chat.drained()
            raise UserError(
                f"{stopped.detail}\n  the training stopped; what was answered is in the journal, and it goes on from"
                " its last checkpoint when it is started again"
            )
        if stopped is not None and not self._silent:
            self._silent = True
            print(f"train: the judge is asked no more: {stopped.detail or stopped.why}", file=sys.stderr, flush=True)
        return found

    async def _opened(self) -> Chat:
        name, model = self._checker.judge or ("", None)
        assert model is not None
        chat = Chat({name: model}, self._journal, recipe=self._spec.name, limit=self._spec.budget)
        self._chat = await chat.__aenter__()
        return chat

    async def _one(self, question: Question, trace: Trace, chat: Chat) -> Verdict:
        try:
            return await check(question, trace, self._checker, Asking(question.id, chat))
        except NotAsked as none:
            return Verdict(None, "pending", trace.final, detail=none.why)


def _refuse_what_is_for_one(spec: GrpoSpec, name: str) -> None:
    if spec.budget.model_fields_set:
        raise UserError("`budget`: several processes cannot share one\n  leave it out, or train in one process")
    if spec.models[name].serve:
        raise UserError(
            f"models.{name}: each of several processes would start a server of its own\n  start one yourself, and"
            " write its address as `base_url` instead of `serve`"
        )
