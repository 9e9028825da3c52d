"""The Markdown files of the repository, taken apart: what in them can be run, and what they link to.

commands("README.md")  ->  ["git clone <this repository> fincurate && cd fincurate", "make quickstart", ...]
recipes("README.md")   ->  {"my-recipe.yaml": "name: my-recipe\\n...", ...}
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FOLDERS = (".", "recipes", "recipes/samples", "judges", "cards", "curate", "curate/release", "train")
DOCUMENTS = tuple(
    path.relative_to(ROOT).as_posix() for folder in _FOLDERS for path in sorted((ROOT / folder).glob("*.md"))
)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return [body for named, body in _FENCED.findall(text_of(document)) if named == language]


def commands(document: str) -> list[str]:
    """The command lines of its console blocks, without prompt and comment."""
    lines = (line for block in blocks(document, "console") for line in block.splitlines())
    return [re.split(r"\s+#\s", line.removeprefix("$ "))[0].strip() for line in lines if line.startswith("$ ")]


def queries(document: str) -> list[str]:
    """The queries of its SQL blocks; what attaches a database belongs to the query after it."""
    found = [part.strip() for block in blocks(document, "sql") for part in re.split(r";\n(?!select c\.)", block)]
    return [query for query in found if query]


def recipes(document: str) -> dict[str, str]:
    """The whole recipes of its YAML blocks, by the file name in their first line."""
    return dict(match.groups() for match in map(_named, blocks(document, "yaml")) if match)


def fragments(document: str) -> list[str]:
    """The YAML blocks that are parts of a recipe."""
    return [block for block in blocks(document, "yaml") if not _named(block)]


def _named(block: str) -> re.Match[str] | None:
    return re.match(r"# (\S+\.yaml)\n(.*)", block, re.DOTALL)


def links(document: str) -> Iterator[tuple[str, str]]:
    """The files that it links to, from the root of the repository, each with the anchor in it, or ""."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", text_of(document)))
    for target in _LINK.findall(prose):
        if not re.match(r"\w+:", target):
            file, _, anchor = target.partition("#")
            at = (ROOT / document).parent / file if file else ROOT / document
            yield at.resolve().relative_to(ROOT).as_posix(), anchor


def anchors(document: str) -> set[str]:
    """The anchors of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", _FENCED.sub("", text_of(document)), re.MULTILINE)
    return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}
