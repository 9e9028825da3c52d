"""The arrows of the house: which package, and which module inside curate, may import which. Read from the source."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("judges", "cards", "curate", "recipes", "train")

ALLOWED: dict[str, set[str]] = {
    "judges": {"judges"},
    "cards": {"cards"},
    "curate": {"curate", "judges", "cards"},
    "recipes": {"recipes", "judges", "curate.records", "curate.errors"},
    # A training reads what curate made, checks as curate checks, and asks models through the same journal.
    "train": {
        "train",
        "judges",
        "cards",
        "curate.chat",
        "curate.errors",
        "curate.records",
        "curate.part",
        "curate.spec",
        "curate.prompt",
        "curate.tables",
        "curate.recipe",
        "curate.recipe_file",
        "curate.recipe_faults",
        "curate.sourcing",
        "curate.asking",
        "curate.distil",
        "curate.check",
        "curate.runs",
        "curate.split",
        "curate.screen.privacy",
        "curate.screen.words",
        "curate.configs",
        "curate.identity",
        "curate.loop",
        "curate.moment",
        "curate.in_order",
        "curate.read",
        "curate.release_spec",
        "curate.release.fetch",
        "curate.release.licence",
        "curate.release.lock",
        "curate.release.secrets",
        "curate.release.sides",
        "curate.terminal.console",
        "curate.terminal.progress",
        "curate.terminal.reported",
        "curate.whole",
    },
}

# Inside curate, from the ground up: a module or folder imports only from rows above its own.
LEVELS = (
    {"errors", "records", "in_order", "part", "recipe_examples"},
    {"names", "chat", "whole"},
    {
        "loop",
        "moment",
        "recipe_file",
        "read",
        "prompt",
        "tables",
        "identity",
        "locate",
        "spec",
        "judge_spec",
        "release_spec",
        "screen",
    },
    {"screen_spec", "configs", "entries"},
    {"recipe_faults"},
    {"recipe", "scores", "rows", "asking"},
    {"runs", "recipe_keys", "starter"},
    {"sourcing", "ambiguity", "distil", "check", "jury", "workplace", "labels", "calibration"},
    {"screening"},
    {"gather", "audit", "convert", "judge", "student"},
    {"pipeline", "calibrate", "understood"},
    {"curating"},
    {"execute", "rounds", "probes"},
    {"survey", "split"},
    {"release"},
    {"hiding"},
    {"report", "life", "doctor"},
    {"terminal"},
    {"commands"},
    {"cli"},
    {"__main__"},
)

# The same inside curate/report.
REPORT = (
    {"facts", "page"},
    {"formats", "fates"},
    {"words"},
    {"figures", "overview", "traces", "compared"},
    {"build"},
)

# Too slow for every command to pay for: imported inside what needs them.
HEAVY = {
    "datasets",
    "duckdb",
    "polars",
    "pyarrow",
    "pandas",
    "numpy",
    "torch",
    "trl",
    "transformers",
    "vllm",
    "openai",
    "aiohttp",
}


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imports(path) if name.partition(".")[0] in PACKAGES}
    allowed = ALLOWED[package]
    stray = {name for name in ours if not any(name == one or name.startswith(one + ".") for one in allowed)}
    assert not stray


@pytest.mark.parametrize(("package", "levels"), [("curate", LEVELS), ("curate.report", REPORT)])
def test_inside_a_package_imports_go_one_way(package: str, levels: Sequence[set[str]]) -> None:
    level = {name: index for index, names in enumerate(levels) for name in names}
    depth, folder = package.count(".") + 1, ROOT / package.replace(".", "/")
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder)
        room = place.parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        assert room in level, f"give {package}'s {place} its room"
        for name in imports(path):
            parts = name.split(".")
            if name.startswith(f"{package}.") and parts[depth] in level and parts[depth] != room:
                assert level[parts[depth]] < level[room], f"{path} imports {name}"


@pytest.mark.parametrize(
    "name", ["__init__", "cli", "commands/options", "errors", "records", "names", "recipe", "runs", "terminal/console"]
)
def test_what_every_command_imports_is_light(name: str) -> None:
    roots = {found.partition(".")[0] for found in imports(ROOT / "curate" / f"{name}.py", top_level_only=True)}
    assert not roots & HEAVY


def test_judges_import_nothing_heavy() -> None:
    for path in (ROOT / "judges").rglob("*.py"):
        assert not {found.partition(".")[0] for found in imports(path)} & HEAVY
