"""Reads a rendered card back: its tables by heading, its numbers, its YAML."""

import re

import yaml

Table = list[list[str]]


def tables(card: str) -> list[Table]:
    """The tables in order, the headings as the first row of each; escapes undone."""
    found: list[Table] = []
    rows: Table = []
    for line in [*_body(card).splitlines(), ""]:
        if line.startswith("|"):
            rows.append(_cells(line))
        elif rows:
            found.append([rows[0], *rows[2:]])
            rows = []
    return found


def table(card: str, *headings: str) -> Table:
    """The rows of the one table that begins with these headings."""
    (found,) = [rows[1:] for rows in tables(card) if tuple(rows[0][: len(headings)]) == headings]
    return found


def numbers(text: str) -> list[str]:
    """The numbers of a text, in order, as they are written."""
    return re.findall(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?%?", text)


def prose(card: str) -> str:
    """The card without its YAML, its tables and its fenced blocks."""
    lines = re.sub(r"```.*?```", "", _body(card), flags=re.DOTALL).splitlines()
    return "\n".join(line for line in lines if not line.startswith("|"))


def header(card: str) -> dict[str, object]:
    """The YAML at the top."""
    found = re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)
    return yaml.safe_load(found[1]) if found else {}


def _body(card: str) -> str:
    return re.sub(r"\A---\n.*?\n---\n", "", card, flags=re.DOTALL)


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    return [cell[1:-1] if re.fullmatch("`[^`]+`", cell) else _plain(cell) for cell in cells]


def _plain(cell: str) -> str:
    return re.sub(r"\\(.)", r"\1", cell)
