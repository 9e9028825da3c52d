"""`curate recipe`: a recipe as it is understood loads to the same one; every key is told, found, and has an example."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from curate.errors import UserError
from curate.names import SHIPPED
from curate.recipe import Recipe, load_recipe
from curate.recipe_examples import EXAMPLES, example
from curate.recipe_keys import keys, under
from curate.understood import sampling_of, understood
from tests.conftest import Command
from tests.curate.teaching import called

RECIPES = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
_BASE = "name: base\nversion: 1.0.0\nsources: [{use: finqa, from: finqa.jsonl}]\n"


def models_in(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those of its fields, found by their annotations alone."""
    yield model
    for info in model.model_fields.values():
        yield from (inner for found in _inside(info.annotation) for inner in models_in(found))


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _inside(part)


def test_no_field_of_the_model_is_left_out() -> None:
    fields = {info.alias or name for model in models_in(Recipe) for name, info in model.model_fields.items()}
    assert {key.path.rpartition(".")[2] for key in keys()} == fields
    assert len({key.path for key in keys()}) == len(keys())
    assert all(key.description and key.kind for key in keys())


@pytest.mark.parametrize(
    ("path", "kind", "default"),
    [
        ("name", "text", None),
        ("sources[].limit", "whole number >= 1", ""),
        ("screen.duplicates", "exact or number >= 0.5, <= 1 or null", "0.85"),
        ("judge.panel", "majority | unanimity", "majority"),
        ("models.NAME.env", "NAME: text", "{}"),
        ("split.rl.difficulty.keep", "[number, number]", "[0.1, 0.9]"),
        ("publish.private", "true | false", "true"),
    ],
)
def test_a_key_says_what_it_takes(path: str, kind: str, default: str | None) -> None:
    (key,) = (key for key in keys() if key.path == path)
    assert (key.kind, key.default) == (kind, default)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("judge.keep", ["judge.keep", "judge.keep.at_least", "judge.keep.weighted"]),
        ("sources.0.limit", ["sources[].limit"]),
        ("sources[].limit", ["sources[].limit"]),
        ("models.teacher.price.input", ["models.NAME.price.input"]),
        ("split.rl.caps.sources", ["split.sft.caps.sources"]),
        ("split.rl.caps", ["split.rl.caps", "split.sft.caps.sources", "split.sft.caps.modules"]),
    ],
)
def test_a_path_is_found_however_it_is_written(asked: str, found: list[str]) -> None:
    assert [key.path for key in under(asked)] == found


@pytest.mark.parametrize(
    ("asked", "meant"), [("jugde.keep", "judge.keep"), ("limti", "sources.limit"), ("at_least", "judge.keep.at_least")]
)
def test_an_unknown_key_names_the_nearest(asked: str, meant: str) -> None:
    with pytest.raises(UserError, match=f"did you mean '{meant}'"):
        under(asked)
    with pytest.raises(UserError, match="has no key 'qqq'\n"):
        under("qqq")


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_is_of_its_key_and_valid(tmp_path: Path, key: str) -> None:
    assert key in {one.plain for one in keys()}
    said = {**yaml.safe_load(_BASE), **yaml.safe_load(EXAMPLES[key])}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    load_recipe(tmp_path / "r.yaml")
    here: Any = said
    for part in key.split("."):  # what it is an example of stands in it
        here = next(iter(here.values())) if part not in here and isinstance(here, dict) else here
        here = here[0] if isinstance(here, list) else here
        assert part in here
        here = here[part]


def test_every_key_has_an_example_above_it() -> None:
    assert {key.path for key in keys() if not example(key.plain)} == set()


@pytest.mark.parametrize("columns", [80, 160])
def test_the_keys_fit_the_terminal(command: Command, columns: int) -> None:
    shown = command("recipe", "--explain", env={"COLUMNS": str(columns)}).stdout
    assert max(map(len, shown.splitlines())) <= columns
    words = " ".join(shown.split())
    for key in keys():
        assert key.path in words
        assert columns == 80 or " ".join(key.description.split()[:2]) in words


def test_keys_for_scripts(tmp_path: Path) -> None:
    said = json.loads(called(tmp_path, "recipe", "--explain", "budget", "--json").stdout)
    assert [key["path"] for key in said] == ["budget", "budget.usd", "budget.tokens", "budget.calls"]


def asked_with(recipe: Recipe, name: str) -> str:
    """As the journal's keys have it: 0 is not 0.0."""
    return json.dumps(sampling_of(recipe, name), sort_keys=True)


@pytest.mark.parametrize("name", RECIPES)
def test_what_is_understood_loads_to_the_same_recipe(tmp_path: Path, name: str) -> None:
    """The same sources, models, policies and thresholds, from any folder; and it is understood as itself."""
    recipe = load_recipe(name)
    printed = called(tmp_path, "recipe", name).stdout
    (tmp_path / "printed.yaml").write_text(printed, encoding="utf-8")
    again = load_recipe(tmp_path / "printed.yaml")
    assert [spec.corpus() for spec in again.sources] == [spec.corpus() for spec in recipe.sources]
    assert [spec.options for spec in again.sources] == [spec.options for spec in recipe.sources]
    assert [model.known_as() for model in again.models.values()] == [one.known_as() for one in recipe.models.values()]
    assert [asked_with(again, one) for one in again.models] == [asked_with(recipe, one) for one in recipe.models]
    assert (again.check.policy, again.judge.thresholds) == (recipe.check.policy, recipe.judge.thresholds)
    assert (again.screen, again.distil, again.budget, again.split) in [
        (recipe.screen, recipe.distil, recipe.budget, recipe.split),
        (again.screen, recipe.distil, recipe.budget, recipe.split),  # whose benchmark sets have whole paths now
    ]
    assert called(tmp_path, "recipe", "printed.yaml").stdout == printed
    assert yaml.safe_load(printed) == json.loads(called(tmp_path, "recipe", name, "--json").stdout)


def test_defaults_settings_and_modules_are_filled_in(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text("{}", encoding="utf-8")
    (tmp_path / "r.yaml").write_text(
        "name: r\nversion: 1.0.0\nsources: [{use: table, from: q.jsonl}]\ndistil: {by: t}\ncheck: {by: [rules, j]}\n"
        "judge: {by: [j]}\nmodels:\n  t: {model: m, base_url: 'http://127.0.0.1:1/v1', sampling: {temperature: null}}\n"
        "  j: {model: m, base_url: 'http://127.0.0.1:1/v1', sampling: {seed: 3}}\n",
        encoding="utf-8",
    )
    said = yaml.safe_load(called(tmp_path, "recipe", "r.yaml", "--set", "sources.0.limit=7").stdout)
    (source,) = said["sources"]
    assert (source["name"], source["limit"], source["from"]) == ("table", 7, str(tmp_path / "q.jsonl"))
    assert source["licence"] == "unknown"
    assert said["models"]["t"]["sampling"] == {"temperature": None}  # a default left out, and no other written in
    assert said["models"]["j"]["sampling"] == {"seed": 3}
    assert said["check"]["significant"] == 3
    assert understood(load_recipe(tmp_path / "r.yaml"))["judge"]["rules"]["min_steps"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a recipe"),
        (["--explain", "judge", "--set", "a=b"], "--set belongs to a recipe"),
        (["quickstrat"], "did you mean 'quickstart'?"),
    ],
)
def test_what_cannot_be_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = called(tmp_path, "recipe", *arguments)
    assert (ran.exit_code, said in ran.stderr) == (1, True)
