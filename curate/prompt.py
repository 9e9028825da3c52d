"""A question as the prompt that a model is given: a text file a language, filled in one pass."""

import hashlib
from importlib.resources import files
from pathlib import Path

from curate.records import Question
from judges.templates import fill, template


def prompt(question: Question) -> str:
    """The user message for a question, in its own language, ending with the instruction to box the answer."""
    options = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    values = {"task": question.task, "context": question.context, "question": question.question, "options": options}
    return fill(template("recipes", "question", question.language), values)


def prompt_digests() -> dict[str, str]:
    """Every prompt that comes with the package -> the SHA-256 of its file, in hex: other words, another digest."""
    roots = {name: Path(str(files(name))) for name in ("judges", "recipes")}
    found = {
        f"{name}/{path.relative_to(root).as_posix()}": path
        for name, root in roots.items()
        for path in root.rglob("prompts/*.*")
    }
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(found.items())}
