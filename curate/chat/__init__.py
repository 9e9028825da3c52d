"""Calls to models: each reply is kept in a journal before anything looks at it, and is never paid for twice.

    chat = Chat({"teacher": model}, Journal(path), Budget(...))
    answered = await chat.ask("teacher", messages, sampling, sample=0)

`call` says what makes two calls the same, `reply` reads what came back, `journal` keeps it, `limits` decides how many
calls are in flight, `budget` what they may cost, `wire` carries the bytes, `server` starts servers of our own.
"""

from curate.chat.budget import Budget
from curate.chat.call import Call
from curate.chat.client import Answered, Chat
from curate.chat.journal import Journal
from curate.chat.model import Model, Price, Sampling
from curate.chat.reply import Reply, Usage
from curate.chat.running import CallFailed, NotAsked

__all__ = [
    "Answered",
    "Budget",
    "Call",
    "CallFailed",
    "Chat",
    "Journal",
    "Model",
    "NotAsked",
    "Price",
    "Reply",
    "Sampling",
    "Usage",
]
