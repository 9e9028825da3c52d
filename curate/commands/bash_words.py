"""Bash's words for completion, joined where it broke them: it ends a word at a colon, and every id holds one.

joined(["curate", "show", "r", "finqa", ":", "HA"], 5)  ->  (["curate", "show", "r", "finqa:HA"], 3)

Bash wants back only what follows the last colon: that is what it puts behind the word.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

_COLON = ":"


@contextmanager
def whole_words() -> Iterator[None]:
    """While bash asks for completions: hands its words on whole, and cuts the offers to what it can use."""
    if os.environ.get("_CURATE_COMPLETE") != "complete_bash":
        yield
        return
    said = os.environ.get("COMP_WORDS", "").split("\n")  # one a line, as typer's script for bash hands them over
    words, at = joined(said, int(os.environ.get("COMP_CWORD", 0)))
    os.environ.update(COMP_WORDS="\n".join(words), COMP_CWORD=str(at))
    typed = words[at] if at < len(words) else ""
    caught = io.StringIO()
    try:
        with redirect_stdout(caught):
            yield
    finally:
        kept = typed[: typed.rfind(_COLON) + 1]
        sys.stdout.write("".join(f"{line.removeprefix(kept)}\n" for line in caught.getvalue().splitlines()))


def joined(words: list[str], at: int) -> tuple[list[str], int]:
    """The words with those around a colon as one, and the index of the one that is being typed."""
    found, typed, goes_on = list[str](), at, False
    for index, word in enumerate(words):
        colon = bool(word) and not word.strip(_COLON)
        if found and (colon or goes_on):
            found[-1] += word
        else:
            found.append(word)
        typed = len(found) - 1 if index == at else typed
        goes_on = colon
    return found, typed
