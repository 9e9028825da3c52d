"""`python -m train`: a thin layer of arguments over the library. Heavy imports stand inside the commands."""

from typing import Annotated

import typer

from curate.terminal.reported import reported

app = typer.Typer(
    name="train",
    help="Train on what was curated: SFT, GRPO and evaluation.",
    epilog="Exit codes: 0 done, 1 could not be done (the message says why), 2 wrong usage, 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

ConfigArgument = Annotated[
    str, typer.Argument(metavar="CONFIG", help="A config file, or the name of one that comes with the package.")
]
SettingsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Override a key: trainer.max_steps=100.")
]


if __name__ == "__main__":
    app()
