"""Finding a source, a conversion or a recipe by name or dotted path: the one place where that happens.

module("sources", "finqa")            ->  recipes.sources.finqa
module("sources", "my_bank.notes")    ->  my_bank.notes, the user's own, on the same footing
"""

import importlib
import pkgutil
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from curate.errors import UserError, nearest


def known(kind: str) -> list[str]:
    """The names of the modules of a kind that come with the package, sorted."""
    package = importlib.import_module(f"recipes.{kind}")
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__))


def module(kind: str, name: str) -> ModuleType:
    """The module of a kind ("sources", "conversions") by its name or dotted path."""
    path = name if "." in name else f"recipes.{kind}.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name is None or not (path == error.name or path.startswith(error.name + ".")):
            raise  # the module is there; something that it imports is not
        names = known(kind)
        raise UserError(
            f"no {kind[:-1]} is called '{name}'{nearest(name, names)}\n"
            f"  known: {', '.join(names)}; or the dotted path of a module of your own, importable from here"
        ) from None


def recipe_file(name: str | Path) -> Path:
    """The file of a recipe: a path that exists, or the name of one that comes with the package."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = {
        Path(str(entry)).stem: Path(str(entry)) for entry in files("recipes").iterdir() if entry.name.endswith(".yaml")
    }
    if str(name) in shipped:
        return shipped[str(name)]
    known_names = ", ".join(sorted(shipped))
    raise UserError(
        f"no recipe '{name}': there is no such file{nearest(str(name), shipped)}\n  recipes by name: {known_names}"
    )
