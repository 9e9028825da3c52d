"""A finding of the doctor, and how all things are looked at together: each in a thread, none for longer than it may.

for finding in looked([Look("disk", disk)], secrets): finding.state, finding.found, finding.mend
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from curate.errors import UserError
from curate.release.secrets import find_secrets

State = Literal["ok", "warn", "fail"]
PATIENCE = 10.0  # seconds that a server has for an answer
_LONGEST = 30.0  # and that anything has: two answers, one after the other, and a library to import


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. name: what was looked at; found: in a line; mend: what to do about it, "" where nothing is to be."""

    name: str
    state: State
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at. at: gives its findings, as they come; it may wait, and raise UserError."""

    name: str
    at: Callable[[], Iterable[Finding]]


def looked(looks: Iterable[Look], secrets: Iterable[str] = ()) -> Iterator[Finding]:
    """The findings of all looks, in their order; all are taken at once. A look that breaks or stays out is a finding
    of its own. No finding holds one of the secrets, or what has the form of one."""
    values = sorted({value for value in secrets if value}, key=len, reverse=True)
    begun = [_begin(look) for look in looks]
    until = time.monotonic() + _LONGEST
    for look, thread, found in begun:
        thread.join(max(0.0, until - time.monotonic()))
        for finding in [*found, *([_late(look)] if thread.is_alive() else [])]:
            yield replace(finding, found=_safe(finding.found, values), mend=_safe(finding.mend, values))


def sized(count: float) -> str:
    """Bytes for people."""
    unit, name = next(((unit, name) for unit, name in ((1e9, "GB"), (1e6, "MB")) if count >= unit), (1e3, "kB"))
    return f"{count / unit:,.1f} {name}"


def _begin(look: Look) -> tuple[Look, threading.Thread, list[Finding]]:
    found = list[Finding]()

    def take() -> None:
        try:
            found.extend(look.at())
        except UserError as error:
            said, _, mend = str(error).partition("\n")
            found.append(Finding(look.name, "fail", said, " ".join(mend.split())))
        except Exception as error:  # whatever it is: a doctor that dies says nothing of all the rest
            found.append(Finding(look.name, "fail", f"could not be looked at: {type(error).__name__}: {error}"))

    thread = threading.Thread(target=take, daemon=True)  # one that hangs does not keep the command from its end
    thread.start()
    return look, thread, found


def _late(look: Look) -> Finding:
    return Finding(look.name, "fail", f"no answer within {_LONGEST:.0f} s", "is the network, or the disk, reachable?")


def _safe(text: str, values: list[str]) -> str:
    """The text in a line, without secrets."""
    for value in values:
        text = text.replace(value, "[secret]")
    for one in reversed(find_secrets(text)):
        text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return " ".join(text.split())
