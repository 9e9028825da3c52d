"""A row as the token ids that a training sees: the prompt as the template writes it, then the completion, then the end.

encode(tokenizer, row, template, spec.template)  ->  Encoded(ids=[1, 5, 9, 2], labels=[-100, -100, 9, 2], prompt=2)

This is what the model sees when it answers, token for token: prompt and completion are tokenised apart, so that no
token reaches over the border between them. An answer does not pass through the template, which may drop or add
reasoning in it. Nothing adds special tokens: where a prompt begins with one, the template has written it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from train.spec import TemplateSpec
from train.text.template import Template, prompt_text

IGNORED = -100  # the label of what is not learned, in torch's cross entropy
_THINK = "<think>"


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row: labels are IGNORED over the prompt; prompt: how many tokens that has."""

    ids: list[int]
    labels: list[int]
    prompt: int


def encode(tokenizer: Any, row: Mapping[str, Any], template: Template, spec: TemplateSpec) -> Encoded:
    """A row of `sft`; one of `rl`, which has no completion, is its prompt alone. Raises UserError for a prompt that the
    template refuses."""
    head = _ids(tokenizer, prompt_text(tokenizer, row["prompt"], spec))
    said = row.get("completion")
    tail = _ids(tokenizer, behind(said[0]["content"], template.opening) + template.end) if said else []
    return Encoded(head + tail, [IGNORED] * len(head) + tail, len(head))


def behind(completion: str, opening: str) -> str:
    """A completion without the opening that stands in the prompt already.

    behind("<think>\\n3 + 4 = 7\\n</think>", "<think>\\n")  ->  "3 + 4 = 7\\n</think>"
    """
    if not opening or completion.startswith(opening):
        return completion.removeprefix(opening)
    return completion.removeprefix(_THINK).lstrip()


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    return ids
