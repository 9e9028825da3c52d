"""The chat template of a model, found out by a small conversation: what it leaves open, how it ends a turn.

prepared(tokenizer, spec.template)  ->  Template(opening="<think>\\n", end="<|im_end|>", said=(Words(...), ...))
prompt_text(tokenizer, prompt, spec.template)  ->  "<|im_start|>user\\n3 + 4?<|im_end|>\\n<|im_start|>assistant\\n"
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from cards.model_facts import Words
from curate.errors import UserError
from train.spec import TemplateSpec
from train.text.said import ANSWERED, ASKED, COMPLETION, DATE, Probe, said_of, shown

Message = Mapping[str, str]

_SWITCHES = ("enable_thinking", "thinking")  # by which templates let a model think: Qwen3 and GLM; DeepSeek V3.1
# What a template may raise: it is a small program of the model's authors.
_FAULTS = (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Template:
    """A chat template as a training uses it.

    opening: what the generation prompt leaves open for the model, "<think>\\n", or "".
    end: what ends an answer, and is learned with it.
    said: what the template does, and what was done about it.
    """

    opening: str
    end: str
    said: tuple[Words, ...]


def prepared(tokenizer: Any, spec: TemplateSpec) -> Template:
    """The template that a tokenizer has, or gets from spec.file, with spec.kwargs written into it; it also gets the
    token that ends a turn as its eos_token, so that generation stops there. A model that is saved with the tokenizer is
    so asked as it was trained, by whatever serves it.

    Raises UserError where there is no template, where it cannot be rendered or loses what is asked, where it closes the
    thought before an answer begins, and where nothing ends a turn; and for kwargs that would do nothing.
    """
    _set(tokenizer, spec)
    _keep(tokenizer, spec.kwargs)
    probe = _probe(tokenizer, spec)
    if ASKED not in probe.prompt or ANSWERED not in probe.answered:
        raise UserError(
            "the chat template leaves out the text of messages: perhaps it takes them as parts, with images\n"
            "  give one for plain text in template.file"
        )
    if spec.system and spec.system.strip() not in probe.prompt:
        raise UserError("the chat template leaves out the system message; take it out of template.system")
    if probe.closed:
        raise UserError(
            f"the chat template closes the thought before the answer begins: its generation prompt ends with"
            f" {shown(probe.closed)}, so that no reasoning can be learned\n  {_advice(tokenizer, spec)}"
        )
    end, token = _end(tokenizer, probe.tail)
    was, tokenizer.eos_token = tokenizer.eos_token, token
    return Template(probe.opening, end, said_of(probe, token, was, tokenizer, spec))


def prompt_text(tokenizer: Any, prompt: Sequence[Message], spec: TemplateSpec) -> str:
    """What the model reads before it answers, by a tokenizer that is prepared: the messages, after the system message
    if there is one, and the generation prompt. Raises UserError, in the template's words, where it refuses them."""
    return _rendered(tokenizer, prompt, spec)


def _set(tokenizer: Any, spec: TemplateSpec) -> None:
    if spec.file is not None:
        try:
            tokenizer.chat_template = Path(spec.file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UserError(f"template.file: '{spec.file}' cannot be read: {error}") from None
    if not tokenizer.chat_template:
        raise UserError(
            "the tokenizer has no chat template, as those of base models often have none\n"
            "  name a Jinja file: template.file"
        )


def _keep(tokenizer: Any, kwargs: Mapping[str, Any]) -> None:
    """Puts a line for each of them before the template, which holds where the server is told nothing else."""
    source = tokenizer.get_chat_template()
    for name, value in kwargs.items():
        if name in {*tokenizer.special_tokens_map, "add_generation_prompt"}:
            raise UserError(f"template.kwargs: '{name}' is given to every template by its tokenizer; leave it out")
        if not re.search(rf"\b{re.escape(name)}\b", source):
            raise UserError(f"template.kwargs: the chat template knows no '{name}', so that it would do nothing")
        line = f"{{% if {name} is not defined %}}{{% set {name} = {_literal(name, value)} %}}{{% endif %}}\n"
        found = tokenizer.chat_template
        if isinstance(found, Mapping):  # by name: default, tool_use
            tokenizer.chat_template = {key: line + text for key, text in found.items()}
        else:
            tokenizer.chat_template = line + found


def _literal(name: str, value: Any) -> str:
    """A value as Jinja writes it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise UserError(
            f"template.kwargs: '{name}' is no text, number, true or false, and cannot be kept in a template"
        )
    return json.dumps(value, ensure_ascii=False)


def _rendered(
    tokenizer: Any, messages: Sequence[Message], spec: TemplateSpec, prompted: bool = True, **more: Any
) -> str:
    system = [{"role": "system", "content": spec.system}] if spec.system else []
    try:
        text: str = tokenizer.apply_chat_template(
            [*system, *messages], tokenize=False, add_generation_prompt=prompted, **more
        )
    except _FAULTS as error:
        raise UserError(
            f"the chat template refuses {', '.join(one['role'] for one in [*system, *messages])}: {error}\n"
            "  give another one in template.file, or leave out what it refuses (template.system, template.kwargs)"
        ) from None
    return text


def _probe(tokenizer: Any, spec: TemplateSpec, **more: Any) -> Probe:
    conversation = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": COMPLETION}]
    return Probe(
        prompt=_rendered(tokenizer, conversation[:1], spec, **more),
        answered=_rendered(tokenizer, conversation, spec, prompted=False, **more),
        followed=_rendered(tokenizer, [*conversation, conversation[0]], spec, **more),
        dated=_rendered(tokenizer, conversation[:1], spec, strftime_now=lambda form: DATE, **more),
    )


def _advice(tokenizer: Any, spec: TemplateSpec) -> str:
    """What would keep the thought open: a switch of the template's, where it is found to help."""
    for switch in _SWITCHES:
        if not _probe(tokenizer, spec, **{switch: True}).closed:
            return f"set template.kwargs: {{{switch}: true}}"
    return "give another template in template.file"


def _end(tokenizer: Any, tail: str) -> tuple[str, str]:
    """What ends an answer, out of what the template writes behind it, and the token that it ends with: the first run of
    special tokens there, else the tokenizer's own."""
    special = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    one = "|".join(re.escape(token) for token in sorted(special, key=len, reverse=True))
    if special and (found := re.search(rf"(?:{one})*({one})", tail)):
        return tail[: found.end()].strip(), found[1]
    if tokenizer.eos_token is None:
        raise UserError(
            "nothing ends an answer: the chat template writes no special token behind it, and the tokenizer has no"
            " eos_token\n  give a template in template.file that writes one"
        )
    return tokenizer.eos_token, tokenizer.eos_token
