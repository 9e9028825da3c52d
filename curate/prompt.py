"""A question as the prompt that a model is given: a text file a language, filled in one pass."""

from curate.records import Question
from judges.templates import fill, template


def prompt(question: Question) -> str:
    """The user message for a question, in its own language, ending with the instruction to box the answer."""
    options = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    values = {"task": question.task, "context": question.context, "question": question.question, "options": options}
    return fill(template("recipes", "question", question.language), values)
