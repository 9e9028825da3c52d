"""What the shell offers behind TAB: recipes, runs, ids, sources, keys, read where the command is typed.

    curate show qu<TAB>         ->  quickstart                (of runs/)
    curate run fin<TAB>         ->  fin-r1-data, finreason    (that come with the package; *.yaml of this folder too)

Typer keeps those that begin with what was typed. Nothing is said of what goes wrong: a shell shows no errors here.
"""

import os
from collections.abc import Callable
from pathlib import Path

import typer

Offers = list[str] | list[tuple[str, str]]
_MOST = 50  # ids: more fill a screen and help nobody


def recipes(incomplete: str) -> Offers:
    """Recipes that come with the package, and YAML files here."""
    from curate.names import SHIPPED

    return sorted(path.stem for path in SHIPPED.glob("*.yaml")) + _files(incomplete, ("*.yaml", "*.yml"))


def recipes_or_keys(context: typer.Context, incomplete: str) -> Offers:
    """Keys behind --explain, else recipes."""
    return keys() if context.params.get("explain") else recipes(incomplete)


def runs(incomplete: str) -> Offers:
    """Finished runs, by their names under runs/ or as folders here."""
    from curate.runs import RECORD

    named = sorted(record.parent.name for record in Path("runs").glob(f"*/{RECORD}"))
    return named + [str(Path(record).parent) for record in _files(incomplete, (f"*/{RECORD}", RECORD))]


def ids(context: typer.Context, incomplete: str) -> Offers:
    """The first ids of the run that was typed before, with what became of them."""
    return _quietly(lambda: _ids(_typed(context, "run"), incomplete))


def sources(incomplete: str) -> Offers:
    """Sources that come with the package, with the names of their corpora."""
    from curate.names import known, module

    return [(name, module("source", name).INFO.title) for name in known("source") if name.startswith(incomplete)]


def source_list(incomplete: str) -> Offers:
    """Sources behind a comma: finqa,cf<TAB> -> finqa,cflue."""
    done, comma, last = incomplete.rpartition(",")
    from curate.names import known

    return [f"{done}{comma}{name}" for name in known("source") if name.startswith(last)]


def labels() -> Offers:
    """What an outcome may be."""
    from typing import get_args

    from curate.records import Label

    return list(get_args(Label))


def reasons() -> Offers:
    """Reason codes."""
    from judges.verdict import REASONS

    return list(REASONS.items())


def outcomes() -> Offers:
    """Outcomes of replies that `--retry` takes."""
    from curate.chat.reply import OUTCOMES

    return [*(name for name in OUTCOMES if name != "ok"), "failed"]


def keys() -> Offers:
    """Keys that a recipe may have."""
    from curate.recipe_keys import keys as known

    return [(key.plain, key.description) for key in known()]


def settings(context: typer.Context) -> Offers:
    """Keys behind --set, with the numbers and names of the recipe that was typed before."""
    return _quietly(lambda: [f"{key}=" for key in _settings(_typed(context, "recipe"))])


def of_release() -> Offers:
    """Keys behind the --set of a release."""
    from curate.recipe_keys import keys as known

    mine = [key for key in known() if key.path.startswith(("version", "split.", "publish."))]
    return [(f"{key.path}=", key.description) for key in mine if not key.is_part]


def of_sources(context: typer.Context) -> Offers:
    """Keys behind the --set of a source that was typed before: its module's own."""
    return _quietly(lambda: _of_sources(_typed(context, "name")))


def _typed(context: typer.Context, name: str) -> str:
    """What stands for an argument; behind an option without a value, the parser leaves all arguments together."""
    return str(context.params.get(name) or next(iter(context.args), ""))


def _quietly(offers: Callable[[], Offers]) -> Offers:
    """What is offered; nothing where a recipe or run cannot be read, whatever its fault is."""
    try:
        return offers()
    except Exception:
        return []


def _files(incomplete: str, patterns: tuple[str, ...]) -> list[str]:
    """Files beside what was typed, as they would be typed on."""
    folder = Path(os.path.dirname(incomplete))
    return sorted(str(path) for pattern in patterns for path in folder.glob(pattern))


def _ids(run: str, incomplete: str) -> Offers:
    from curate.runs import Run

    query = "select question_id, concat_ws(', ', label, reason) from outcomes where starts_with(question_id, ?) limit ?"
    with Run(run).connect() as connection:
        return [(str(name), str(fate)) for name, fate in connection.execute(query, [incomplete, _MOST]).fetchall()]


def _settings(recipe: str) -> list[str]:
    from curate.recipe import load_recipe
    from curate.recipe_keys import keys as known

    try:
        found = load_recipe(recipe)
        places, models = [f".{index}" for index in range(len(found.sources))], [f".{name}" for name in found.models]
    except Exception:  # whatever is wrong with it: its first source is offered
        places, models = [".0"], []
    offered = list[str]()
    for key in known():
        if key.is_part:
            continue
        fills = [("[]", one) for one in places] if "sources[]" in key.path else []
        fills = [(".NAME", one) for one in models] if key.path.startswith("models.NAME") else fills or [("[]", ".0")]
        offered += [key.path.replace(*fill, 1).replace("[]", ".0") for fill in fills]
    return offered


def _of_sources(name: str) -> Offers:
    from curate.names import module
    from curate.part import Part

    found = module("source", name)
    options = getattr(found, "Options", Part).model_fields
    columns = getattr(found, "Columns", Part).model_fields
    return [f"{key}=" for key in ("split", "limit", *options, *(f"columns.{column}" for column in columns))]
