"""The endpoints of a recipe, asked as a run asks them: the same address, key, sampling and reader, for one token.

The call goes past the journal and the budget: what it says is no reply of the recipe, and the next run would have to
tell it from one. It is paid for, a hundredth of a cent, and kept nowhere.
"""

import asyncio
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from curate.chat.call import Call
from curate.chat.endpoint import Endpoint, Fault
from curate.chat.model import Model
from curate.chat.reply import Reply
from curate.chat.running import Meter, Stop
from curate.doctor.finding import PATIENCE, Finding, Look
from curate.doctor.served import served
from curate.errors import nearest
from curate.recipe import Recipe
from curate.understood import sampling_of

_ASKED = [{"role": "user", "content": "1"}]
_CAPS = ("max_completion_tokens", "max_tokens")  # a server may know only one: the one that the recipe says is taken
_OF_THE_CAP = re.compile(r"max_(?:completion_)?tokens|output limit|thinking", re.I)


def models(recipe: Recipe, calls: bool) -> Iterator[Look]:
    """A look at each of the recipe's models."""
    for name, model in recipe.models.items():
        if model.serve is not None:
            yield Look(f"model {name}", partial(served, f"model {name}", model, calls))
        else:
            yield Look(f"model {name}", partial(_endpoint, name, model, sampling_of(recipe, name), calls))


def _endpoint(name: str, model: Model, sampling: dict[str, Any], calls: bool) -> Iterator[Finding]:
    endpoint = Endpoint(name, model.model_copy(update={"timeout": PATIENCE}), Stop(), Meter())
    endpoint.find_key()
    variable = model.api_key_env
    yield Finding(f"key of {name}", "ok", f"{variable} is set" if variable else "none is asked for")
    if calls:
        yield asyncio.run(_asked(f"model {name}", endpoint, sampling))


async def _asked(name: str, endpoint: Endpoint, sampling: dict[str, Any]) -> Finding:
    cap = next((one for one in _CAPS if one in sampling), _CAPS[0])
    try:
        sent = await endpoint.once(Call(endpoint.identity, _ASKED, {**sampling, cap: 1}))
        listed = await endpoint.listed()
    finally:
        await endpoint.close()
    if isinstance(sent, Fault):
        return _refused(name, endpoint.model, sent, listed)
    return _answered(name, endpoint.model, sent.reply, sent.seconds, listed)


def _answered(name: str, model: Model, reply: Reply, seconds: float, listed: list[str]) -> Finding:
    found = f"{model.model} answered in {seconds:.2f} s"
    found += f", as {reply.model}" if reply.model and reply.model != model.model else ""
    if listed and model.model not in listed:
        mend = f"its list names {', '.join(listed[:5])}{nearest(model.model, listed)}"
        return Finding(name, "warn", f"{found}; {model.model} is not in /models", mend)
    return Finding(name, "ok", found + (", in /models" if listed else ""))


def _refused(name: str, model: Model, fault: Fault, listed: list[str]) -> Finding:
    if fault.kind == "refused":
        return Finding(name, "warn", fault.message, "it is there, and busy or out of quota; try again later")
    if fault.kind == "rejected" and fault.status == 400 and _OF_THE_CAP.search(fault.message):
        return Finding(name, "warn", fault.message, "it is there; that it refuses one token says nothing of a run")
    mends = {
        401: f"{model.api_key_env or '`api_key_env`'} must hold a key of this server",
        402: "the account has no money left",
        403: f"the key in {model.api_key_env or '`api_key_env`'} may not use this model",
        404: f"is `base_url` right, and `model`{nearest(model.model, listed)}",
        400: f"is `model` right, and `sampling`{nearest(model.model, listed)}",
    }
    mend = mends.get(fault.status, "is the server up, and `base_url` right?")
    return Finding(name, "fail", fault.message, mend)
