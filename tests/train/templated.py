"""Tokenizers with genuine chat templates: TRL's, on the 256 bytes and the tokens that a template names."""

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

CHATML = """{% for m in messages %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
_TOKEN = re.compile(r"<[|｜][^<>{}'\" ]+?[|｜]>|</?s>|<bos>|<(?:start|end)_of_\w+>|\[gMASK\]|<sop>|<\|turn>|<turn\|>")


def genuine(name: str) -> str:
    """The text of one of TRL's templates, read without importing TRL."""
    found = importlib.util.find_spec("trl")
    if found is None or found.origin is None:
        pytest.skip("the templates come with TRL: pip install -e '.[train]'")
    return (Path(found.origin).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def tokenizer(
    template: str | None, eos: str | None = "<|im_end|>", special: Sequence[str] = (), marks: bool = True
) -> Any:
    """One token for each byte, one for each special token that the template writes, and those named. marks: False
    leaves the template's out, as in a tokenizer that was made for another one."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = decoders.ByteLevel()
    named = sorted({*special, *(_TOKEN.findall(template or "") if marks else ())})
    tokens.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in named])
    made = PreTrainedTokenizerFast(tokenizer_object=tokens, bos_token="<s>", **({"eos_token": eos} if eos else {}))
    made.chat_template = template
    return made
