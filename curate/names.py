"""Finding a source, a conversion or a recipe by name or dotted path: the one place where that happens.

module("source", "finqa")            ->  recipes.sources.finqa
module("source", "my_bank.notes")    ->  my_bank.notes, the user's own, on the same footing
"""

import importlib
import pkgutil
import sys
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from curate.errors import UserError, nearest

# kind -> the package it comes in, and what such a module offers; the packages' other modules are helpers.
_KINDS = {"source": ("sources", "INFO"), "conversion": ("conversions", "by_rules"), "teacher": ("conversions", "write")}


# Where the recipes and samples that come with the package lie.
SHIPPED = Path(str(files("recipes")))


def known(kind: str) -> list[str]:
    """The names of the modules of a kind that come with the package, sorted."""
    folder, offers = _KINDS[kind]
    package = importlib.import_module(f"recipes.{folder}")
    found = sorted(entry.name for entry in pkgutil.iter_modules(package.__path__))
    return [name for name in found if hasattr(importlib.import_module(f"recipes.{folder}.{name}"), offers)]


def module(kind: str, name: str) -> ModuleType:
    """The module of a kind ("source", "conversion", "teacher") by its name or dotted path; one's own may lie in the
    current folder. Raises UserError where there is none, where it cannot be imported, and where it is none of that
    kind."""
    folder, offers = _KINDS[kind]
    path = name if "." in name else f"recipes.{folder}.{name}"
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        found = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name is not None and (path == error.name or path.startswith(error.name + ".")):
            names = known(kind)
            raise UserError(
                f"no {kind} is called '{name}'{nearest(name, names)}\n"
                f"  known: {', '.join(names)}; or the dotted path of a module of your own, importable from here"
            ) from None
        raise UserError(f"the module '{path}' cannot be imported: {error}") from error
    except (ImportError, SyntaxError, TypeError, ValueError) as error:
        raise UserError(f"the module '{path}' cannot be imported: {error}") from error
    if not hasattr(found, offers):
        raise UserError(f"the module '{path}' is no {kind}: it has no {offers}")
    return found


def recipe_file(name: str | Path) -> Path:
    """The file of a recipe: a path that exists, or the name of one that comes with the package."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = {entry.stem: entry for entry in SHIPPED.glob("*.yaml")}
    if str(name) in shipped:
        return shipped[str(name)]
    known_names = ", ".join(sorted(shipped))
    what = "that is a folder" if path.is_dir() else "there is no such file"
    raise UserError(f"no recipe '{name}': {what}{nearest(str(name), shipped)}\n  recipes by name: {known_names}")
