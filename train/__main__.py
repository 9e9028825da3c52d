"""`python -m train`: a thin layer of arguments over the library. Heavy imports stand inside the commands."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from curate.errors import UserError
from curate.terminal.reported import EXIT_CODES, ended
from curate.terminal.reported import reported as _reported
from train.talk.command import chat_command

if TYPE_CHECKING:
    from train.spec import GrpoSpec, SftSpec

Spec = TypeVar("Spec", "SftSpec", "GrpoSpec")

app = typer.Typer(
    name="python -m train",
    help="Train on what was curated: SFT, GRPO and evaluation.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

ConfigArgument = Annotated[
    str, typer.Argument(metavar="CONFIG", help="A config file, or the name of one that comes with the package.")
]
SettingsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Override a key: trainer.max_steps=100.")
]
reported = partial(_reported, who="train")
_RESUMED = "stopped; the same command goes on from the last checkpoint"


@app.command(epilog="Example: python -m train sft fin-r1-7b-sft data=runs/fin-r1-data")
def sft(config: ConfigArgument, settings: SettingsArgument = None) -> None:
    """Fine-tune on the `sft` rows of a run or published version."""
    with reported(_RESUMED):
        from train.config import load
        from train.spec import SftSpec

        spec = _of(SftSpec, load(config, settings or []))
        from train.sft import run_sft

        run_sft(spec)


@app.command(epilog="Example: python -m train grpo fin-r1-7b-grpo trainer.use_vllm=true")
def grpo(config: ConfigArgument, settings: SettingsArgument = None) -> None:
    """Reinforce (GRPO) on the `rl` rows. The verdicts of round one are the rewards."""
    with reported(_RESUMED):
        from train.config import load
        from train.spec import GrpoSpec

        spec = _of(GrpoSpec, load(config, settings or []))
        from train.grpo import run_grpo

        run_grpo(spec)


@app.command(epilog="Example: python -m train check fin-r1-7b-sft data=runs/fin-r1-data")
def check(config: ConfigArgument, settings: SettingsArgument = None) -> None:
    """Tell what a training would see, its steps and memory. Renders all rows, shows three, counts tokens, names what is
    too long or faulty. Trains nothing, and writes nothing."""
    with reported():
        from train.config import load

        spec = load(config, settings or [])
        from train.checks.shown import print_report
        from train.running import examined

        with TemporaryDirectory() as aside:  # a `new` model is made to be looked at, and is not kept
            seen = spec.model_copy(update={"out": Path(aside)}) if spec.new else spec
            print_report(spec, examined(seen).report, full=True)


@app.command(epilog="Example: python -m train evaluate fin-r1-benchmarks")
def evaluate(
    config: ConfigArgument,
    settings: SettingsArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Score models on benchmark sets. One prompt, one budget and one checker for all. Replies are kept: a second
    evaluation, or one with another checker, asks for nothing that is there."""
    with reported("stopped; what was answered is kept, and the same command goes on"):
        from train.config import load_evaluation

        spec = load_evaluation(config, settings or [])
        from curate.terminal.progress import progress
        from train.evaluate import evaluate as evaluated
        from train.evaluation.shown import print_results

        with progress() as told:
            results = evaluated(spec, told=told, note=partial(typer.echo, err=True))
        print_results(results, as_json=as_json)
    ended(results.stopped)


app.command("chat", epilog="Example: python -m train chat http://127.0.0.1:8000/v1 --model NAME")(chat_command)


def _of(kind: type[Spec], spec: "SftSpec | GrpoSpec") -> Spec:
    """The spec, if it is of that kind."""
    if not isinstance(spec, kind):
        raise UserError(f"'{spec.name}' has `method: {spec.method}`: python -m train {spec.method} ...")
    return spec


if __name__ == "__main__":
    app()
