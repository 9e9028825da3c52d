"""Finding a source, a conversion or a recipe by name or dotted path: the one place where that happens.

module("sources", "finqa")            ->  recipes.sources.finqa
module("sources", "my_bank.notes")    ->  my_bank.notes, the user's own, on the same footing
"""

import importlib
import pkgutil
import sys
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from curate.errors import UserError, nearest

# What a module of a kind must offer; the packages' other modules are helpers.
_OFFERS = {"sources": "INFO", "conversions": "write"}


def known(kind: str) -> list[str]:
    """The names of the modules of a kind that come with the package, sorted."""
    package = importlib.import_module(f"recipes.{kind}")
    found = sorted(entry.name for entry in pkgutil.iter_modules(package.__path__))
    return [name for name in found if hasattr(importlib.import_module(f"recipes.{kind}.{name}"), _OFFERS[kind])]


def module(kind: str, name: str) -> ModuleType:
    """The module of a kind ("sources", "conversions") by its name or dotted path; one's own may lie in the current
    folder. Raises UserError where there is none, where it cannot be imported, and where it is none of that kind."""
    path = name if "." in name else f"recipes.{kind}.{name}"
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        found = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name is not None and (path == error.name or path.startswith(error.name + ".")):
            names = known(kind)
            raise UserError(
                f"no {kind[:-1]} is called '{name}'{nearest(name, names)}\n"
                f"  known: {', '.join(names)}; or the dotted path of a module of your own, importable from here"
            ) from None
        raise UserError(f"the module '{path}' cannot be imported: {error}") from error
    except (ImportError, SyntaxError, TypeError, ValueError) as error:
        raise UserError(f"the module '{path}' cannot be imported: {error}") from error
    if not hasattr(found, _OFFERS[kind]):
        raise UserError(f"the module '{path}' is no {kind[:-1]}: it has no {_OFFERS[kind]}")
    return found


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
