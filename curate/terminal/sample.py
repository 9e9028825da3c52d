"""Records of a source as the pipeline sees them: of a user's own files, or of the sample that comes with the package.

source = sampled("tfns")                                        # recipes/samples/tfns.csv
source = sampled("table", "exam.csv", {"columns.gold": "truth"})
"""

import dataclasses
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType

from curate.errors import UserError
from curate.names import module
from curate.read import Broken
from curate.recipe import alone
from curate.records import Question
from curate.sourcing import Source, of_file, opened
from curate.starter import bundled, keys_of_sample
from curate.terminal.console import console, shown
from curate.terminal.layout import title
from curate.terminal.show import question_parts

_RAW = 2000  # characters of an unreadable record that are shown


def print_sample(name: str, count: int, location: str | None, settings: Mapping[str, Any], as_json: bool) -> None:
    """So many questions of a source, taken from its files in turn; without a location, of its bundled sample.

    A record that cannot be read takes the place of a question and says why. Raises UserError where none can be read.
    """
    source = sampled(name, location, settings)
    found = list(itertools.islice(_in_turn(source), count))
    broken = [made for made in found if isinstance(made, Broken)]
    if not found:
        raise UserError(f"'{source.spec.location}' holds no records")
    if len(broken) == len(found):
        raise UserError(f"{broken[0].place}: {broken[0].error}\n  {source.name} expects {source.info.form}")
    if as_json:
        said = [dataclasses.asdict(made) for made in found]
        print(json.dumps(said, ensure_ascii=False, indent=2, default=str))
        return
    for made in found:
        console().print(Group(*(_unreadable(made) if isinstance(made, Broken) else _question(made))), "")


def sampled(name: str, location: str | None = None, settings: Mapping[str, Any] | None = None) -> Source:
    """A source over the files of a location; without one over its bundled sample, by the keys that quickstart reads it
    with. Raises UserError where there is neither, and as `opened` does."""
    module("source", name)  # a name that is none is told before a sample that is not there
    keys = {**({} if location else keys_of_sample(name)), **(settings or {})}
    recipe = alone(name, location or _bundled(name), keys)
    return opened(recipe.sources[0], "--from", recipe.base)


def _bundled(name: str) -> Path:
    """The files of the sample that comes with the package. Raises UserError where there is none."""
    found = bundled(name)
    return found / "**" / "*.*" if found.is_dir() else found


def _in_turn(source: Source) -> Iterator[Question | Broken]:
    """What the first record of each file makes, then the second of each, and so on."""
    for made in itertools.chain.from_iterable(itertools.zip_longest(*(of_file(source, file) for file in source.files))):
        if isinstance(made, Broken):
            yield made
        elif made:  # a file that has ended holds no more
            yield from made


def _question(question: Question) -> list[RenderableType]:
    task = [shown(question.task, "dim")] if question.task else []
    return [shown(question.id, "bold"), *task, *question_parts(question)]


def _unreadable(broken: Broken) -> list[RenderableType]:
    said = shown(f"unreadable: {broken.error}", "yellow")
    return [shown(broken.place, "bold"), said, title("the record as it stands"), shown(broken.raw[:_RAW])]
