"""A config by its file or its name, checked; every error names its line.

load("tiny-cpu-sft", ["trainer.max_steps=2"])  ->  SftSpec(name="tiny-cpu-sft", ...)
"""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from curate.errors import UserError, nearest
from curate.recipe import check_names, resolve
from curate.recipe_faults import user_error
from curate.recipe_file import override, parse_setting, place_of, read_yaml
from train.evaluation.spec import EvaluateSpec
from train.spec import GrpoSpec, SftSpec

CONFIGS = Path(str(files("train"))) / "configs"
_METHODS: dict[str, type[SftSpec] | type[GrpoSpec]] = {"sft": SftSpec, "grpo": GrpoSpec}


def shipped() -> list[str]:
    """The names of the configs that come with the package."""
    return sorted(path.stem for path in CONFIGS.glob("*.yaml"))


def load(name: str | Path, settings: Iterable[str] = ()) -> SftSpec | GrpoSpec:
    """The training of a file or name; settings: "trainer.max_steps=2". Raises UserError with every fault, each with its
    line, what was found, and what is allowed."""
    path = _file(name)
    values, places = read_yaml(path)
    for text in settings:
        override(values, places, *parse_setting(text, ""), option="")
    method = values.get("method")
    if "benchmarks" in values or method not in _METHODS:
        where = place_of(("method",), places, str(path))
        told = "an evaluation, for `python -m train evaluate`" if "benchmarks" in values else f"found {method!r}"
        raise UserError(f"{where}: a training has a `method`, sft or grpo; {told}")
    kind = _METHODS[str(method)]
    try:
        spec = kind.model_validate(values)
    except ValidationError as error:
        raise user_error(error, (), kind, path, places) from None
    from train.trainer_block import checked

    return spec.model_copy(update={"trainer": checked(spec, path, places)})


def load_evaluation(name: str | Path, settings: Iterable[str] = ()) -> EvaluateSpec:
    """The evaluation of a file or name. Raises UserError as `load` does."""
    path = _file(name)
    values, places = read_yaml(path)
    for text in settings:
        override(values, places, *parse_setting(text, ""), option="")
    if "method" in values:
        raise UserError(f"{path}: a training, for `python -m train {values['method']}`; an evaluation has `benchmarks`")
    try:
        spec = EvaluateSpec.model_validate(values)
    except ValidationError as error:
        raise user_error(error, (), EvaluateSpec, path, places) from None
    for index, benchmark in enumerate(spec.benchmarks):
        resolve(benchmark, ("benchmarks", index), path, places)
    check_names(spec.benchmarks, path, places, "benchmarks")
    for model in spec.models.values():
        model.at(Path())
    return spec


def _file(name: str | Path) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    names = shipped()
    if str(name) in names:
        return CONFIGS / f"{name}.yaml"
    raise UserError(
        f"no config '{name}': there is no such file{nearest(str(name), names)}\n  configs by name: {', '.join(names)}"
    )
