"""A model that does not exist yet, to try things out with: a small Qwen2 of random weights, and its tokenizer.

make(spec, rows, Path("trained/tiny/new"))  ->  the folder, with the files that transformers and vLLM load

Tokens are what the data's words are made of, single digits, the four tags, and bytes for all else.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from curate.errors import UserError
from train.data import Rows
from train.spec import NewSpec, TrainSpec

TEMPLATE = """{% for m in messages %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
_MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_MADE = "new.json"  # what it was made of; written last, so that its presence means that the folder is whole
_READ = 5_000  # rows that the tokenizer is learned on: more change little, and take long


def make(spec: TrainSpec, rows: Rows, folder: Path) -> Path:
    """The folder of the model that spec.new describes. One that was made of the same settings and rows is kept; else it
    is made anew. The same seed gives the same bytes. Raises UserError for a width that the heads cannot share."""
    import torch

    assert spec.new is not None, "a config names a model to begin with, or a new one"
    made = json.dumps({"new": spec.new.model_dump(), "rows": rows.digest}, sort_keys=True)
    if (folder / _MADE).is_file() and (folder / _MADE).read_text(encoding="utf-8") == made:
        return folder
    _refuse(spec.new)
    (folder / _MADE).unlink(missing_ok=True)
    tokenizer = learned(_texts(rows), spec.new.vocabulary - len(TAGS), TAGS, spec.new.context)
    with torch.random.fork_rng():
        torch.manual_seed(spec.new.seed)
        model = untrained(tokenizer, spec.new)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / _MADE).write_text(made, encoding="utf-8")
    return folder


def learned(texts: Iterable[str], vocabulary: int, tags: Sequence[str], context: int) -> Any:
    """A tokenizer of so many tokens at the most, and the tags: Qwen2's byte-level BPE, in which each digit is a token.
    The tags are not special: a reply is decoded without its special tokens, and these must stay in it."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Tokenizer

    tokens = Tokenizer(models.BPE())
    # AutoTokenizer gives every Qwen2 these parts, whatever its tokenizer.json says.
    whole = Qwen2Tokenizer().backend_tokenizer
    tokens.normalizer, tokens.pre_tokenizer, tokens.decoder = whole.normalizer, whole.pre_tokenizer, whole.decoder
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=list(_MARKS), initial_alphabet=alphabet, show_progress=False
    )
    tokens.train_from_iterator(texts, trainer)
    tokens.add_tokens([AddedToken(tag, normalized=False) for tag in tags])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokens, eos_token=_MARKS[2], pad_token=_MARKS[0])
    tokenizer.chat_template = TEMPLATE
    tokenizer.model_max_length = context
    return tokenizer


def untrained(tokenizer: Any, new: NewSpec) -> Any:
    """A Qwen2 of this size with random weights, from torch's present seed."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=new.hidden,
        intermediate_size=2 * new.hidden,
        num_hidden_layers=new.layers,
        num_attention_heads=new.heads,
        num_key_value_heads=1,
        max_position_embeddings=new.context,
        # transformers' 0.02 is for widths in the thousands: from it a model this narrow learns to copy far later.
        initializer_range=0.1,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen2ForCausalLM(config)


def _refuse(new: NewSpec) -> None:
    """Rotary positions turn pairs of a head's numbers."""
    if new.hidden % (2 * new.heads):
        raise UserError(
            f"new.hidden: {new.hidden} is no multiple of twice the heads ({new.heads}); each head has an even width"
        )


def _texts(rows: Rows) -> Iterator[str]:
    """What stands in prompts and completions."""
    columns = [name for name in ("prompt", "completion") if name in rows.train.column_names]
    for row in islice(rows.train, _READ):
        for name in columns:
            yield from (message["content"] for message in row[name])
