"""A checkpoint's folder, served as long as one talks with it.

with served(Path("trained/tiny-cpu-sft/model")) as (url, name):
    chat(url, model=name)
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.chat import Model
from curate.chat.server import Server, name_at
from curate.errors import UserError
from train.recorded.base import trained


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """The base URL and the model's name at a server of transformers, which ends with the block. Raises UserError, with
    the end of the server's log, where it does not start, and for a folder without a model."""
    if not (folder / "config.json").is_file():
        raise UserError(f"'{folder}' holds no model (no config.json); a training's is in its model/")
    model = Model(serve="transformers", model=str(folder)).at(Path())
    print(f"starting a server for '{folder}' ...", file=sys.stderr, flush=True)
    with asyncio.Runner() as runner:
        server = Server(model, asyncio.Event())
        try:
            yield runner.run(server.start()), name_at(model)
        finally:
            runner.run(server.stop())


def trained_with(folder: Path) -> str | None:
    """The system message that the model in a folder was trained with, where that was here."""
    record = trained(folder)
    return record["config"]["template"]["system"] if record else None
