"""A question as the prompt that a model is given: a text file a language, filled in one pass.

Braces in the data are harmless: {{name}} is replaced once, and what was put in is not looked at again. A paragraph
whose names are all empty is left out.
"""

import re
from functools import cache
from importlib.resources import files

from curate.records import Question

_NAME = re.compile(r"\{\{(\w+)\}\}")


@cache
def template(name: str, language: str) -> str:
    """The text of recipes/prompts/<name>.<language>.md."""
    return files("recipes").joinpath("prompts", f"{name}.{language}.md").read_text(encoding="utf-8").strip()


def fill(text: str, values: dict[str, str]) -> str:
    """The template with its names replaced, paragraphs that came out empty left out."""
    kept = []
    for paragraph in text.split("\n\n"):
        names = _NAME.findall(paragraph)
        if not names or any(values[name].strip() for name in names):
            kept.append(_NAME.sub(lambda found: values[found[1]], paragraph))
    return "\n\n".join(kept)


def prompt(question: Question) -> str:
    """The user message for a question, in its own language, ending with the instruction to box the answer."""
    options = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    values = {"task": question.task, "context": question.context, "question": question.question, "options": options}
    return fill(template("question", question.language), values)
