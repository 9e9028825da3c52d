"""`curate init`: a commented recipe to start from, with bundled samples to run it on.

written("my-recipe", ["finqa", "cflue"], Path())   ->  [Path("my-recipe.yaml"), Path("samples/finqa.jsonl"), ...]

In its text ## begins an explanation and # a line that is switched off; each block of those lines, switched on, leaves
the recipe valid.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import UserError
from curate.locate import locate
from curate.names import SHIPPED, module
from curate.recipe import load_recipe
from curate.spec import SourceSpec

TEMPLATE = SHIPPED / "starter.yaml.j2"
SAMPLES = "samples"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Starting:
    """One source of the recipe. use: its module; location: what it reads; more: further keys, as YAML; sample: the file
    or folder of the package that is copied to the location, None where the user's own is read."""

    use: str
    location: str
    more: Mapping[str, str]
    sample: Path | None = None

    @property
    def called(self) -> str:
        """What it is called in tables."""
        return self.use.rpartition(".")[2]


def written(
    name: str,
    uses: Sequence[str],
    folder: Path,
    *,
    location: str | None = None,
    teacher: str | None = None,
    chinese: bool = False,
) -> list[Path]:
    """Writes <name>.yaml and the samples that it reads into a folder; all files that were written.

    location: the user's own files, which the one source reads instead of its sample. teacher: the model that distils; a
    Hub id is served with vLLM. Raises UserError, before anything is written, where something stands in the way."""
    if not _NAME.fullmatch(name):
        raise UserError(f"'{name}' cannot name a recipe; use letters, digits, '.', '_' and '-'")
    sources = [_source(use, location, folder) for use in uses]
    if location is not None and len(sources) > 1:
        raise UserError(f"--from names the files of one source; found {len(sources)} in --sources")
    copies = [pair for source in sources for pair in _copies(source, folder)]
    recipe = folder / f"{name}.yaml"
    if recipe.exists():
        raise UserError(f"'{recipe}' is there already, and nothing was written; choose another name")
    try:
        for source, target in copies:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        recipe.write_text(text(name, sources, teacher, chinese), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{error.filename}: cannot be written: {error.strerror}") from None
    return [recipe, *(target for _, target in copies)]


def text(name: str, sources: Sequence[Starting], teacher: str | None = None, chinese: bool = False) -> str:
    """The recipe."""
    import jinja2

    house = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    house.filters["scalar"] = _scalar
    template = house.from_string(TEMPLATE.read_text(encoding="utf-8"))
    serve = teacher is not None and ("/" in teacher or Path(teacher).is_dir())
    local = teacher is not None and not teacher.startswith("deepseek")
    return template.render(name=name, sources=sources, teacher=teacher, serve=serve, local=local, chinese=chinese)


def _scalar(value: str) -> str:
    """A text as YAML, in quotes where it would else be read as something else: 12, a: b, gpt #1."""
    import yaml

    try:
        return value if yaml.safe_load(value) == value else json.dumps(value, ensure_ascii=False)
    except yaml.YAMLError:
        return json.dumps(value, ensure_ascii=False)


def bundled(use: str) -> Path:
    """The sample of a source that comes with the package, a file or a folder. Raises UserError where there is none."""
    found = next((entry for entry in sorted((SHIPPED / SAMPLES).iterdir()) if entry.stem == use), None)
    if found is None:
        raise UserError(f"no sample of '{use}' comes with the package; name a file of yours with --from")
    return found


def keys_of_sample(use: str) -> dict[str, Any]:
    """What quickstart says of the sample of a source, such as its columns."""
    spec = next((spec for spec in load_recipe("quickstart").sources if spec.use == use), None)
    return spec.model_dump(by_alias=True, exclude_unset=True, exclude=set(SourceSpec.model_fields)) if spec else {}


def _source(use: str, location: str | None, folder: Path) -> Starting:
    module("source", use)  # a name that is none is told before a sample that is not there
    if location is not None:
        if not location.startswith("hf://"):
            locate(location, folder)
        return Starting(use, json.dumps(location, ensure_ascii=False), {})
    sample = bundled(use)
    behind = "/**/*.*" if sample.is_dir() else ""
    more = {"licence": "Apache-2.0", **keys_of_sample(use)}  # of the samples, which are ours
    told = {key: json.dumps(value, ensure_ascii=False) if key != "licence" else value for key, value in more.items()}
    return Starting(use, f"{SAMPLES}/{sample.name}{behind}", told, sample)


def _copies(source: Starting, folder: Path) -> list[tuple[Path, Path]]:
    """The files of a sample and where they go; those that are there already stay, another file of that name is none of
    ours. Raises UserError for the last."""
    if source.sample is None:
        return []
    files = sorted(source.sample.rglob("*.*")) if source.sample.is_dir() else [source.sample]
    pairs = [(file, folder / SAMPLES / file.relative_to(SHIPPED / SAMPLES)) for file in files if file.is_file()]
    for file, target in pairs:
        if target.exists() and target.read_bytes() != file.read_bytes():
            raise UserError(f"'{target}' is there already and is another file; nothing was written")
    return [(file, target) for file, target in pairs if not target.exists()]
