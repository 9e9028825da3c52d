"""A double of a reasoning model, trained on the spot: `python -m tests.doubles.tiny_model FOLDER`, in some seconds.

In: a folder and a seed. Out, in the folder: a Qwen2 of two layers with its tokenizer and chat template, in the files
that transformers and vLLM load. It knows one thing, for operands 0 to 7, asked bare or in the project's own prompt:

    revenue 3 growth 4  ->  <think>3 + 4 = 7</think>answer \\boxed{7}

Any text can be given to it; what comes back to anything else is noise.
"""

import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from curate.prompt import prompt
from curate.records import Question

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

OPERANDS = range(8)
TEMPLATE = """{% for m in messages %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
CONTEXT = 12_288  # a judge of seven criteria is asked in some 4,000 of these tokens
STEPS = 400


def question(a: int, b: int) -> str:
    return f"revenue {a} growth {b}"


def reply(a: int, b: int) -> str:
    return f"<think>{a} + {b} = {a + b}</think>answer \\boxed{{{a + b}}}"


def wrapped(text: str) -> str:
    """The text as `curate distil` asks it."""
    return prompt(Question("tiny:0", "tiny", "0", "0", "en", "", text, "number", None, "CC0-1.0"))


def train(folder: Path, seed: int = 0) -> None:
    """Write the model into the folder. The same seed gives the same model; RuntimeError where it has not learned."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    # Several threads wait for each other in layers this small, and make the result depend on the machine.
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    pairs = list(product(OPERANDS, OPERANDS))
    asked = [(form(question(a, b)), reply(a, b)) for form in (str, wrapped) for a, b in pairs]
    tokenizer = _tokenizer([f"{said} {answer}" for said, answer in asked])
    ids, labels = _encoded(tokenizer, asked)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = Qwen2ForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=STEPS)
    for _ in range(STEPS):
        batch = torch.randperm(len(ids))[:32]
        model(input_ids=ids[batch], labels=labels[batch]).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    with torch.no_grad():
        chances = model.eval()(input_ids=ids).logits[:, :-1].softmax(-1)
    told = labels[:, 1:]
    surest = chances.gather(-1, told.clamp(min=0).unsqueeze(-1)).squeeze(-1)[told >= 0].min().item()
    # Far from a tie, so that a server that calculates in fewer bits answers the same.
    if surest < 0.9:
        raise RuntimeError(f"the tiny model is unsure of what it was taught ({surest:.2f} at worst): try another seed")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(texts: list[str]) -> "PreTrainedTokenizerFast":
    """Tokens are the words of the texts, single digits, and bytes for all else."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = Tokenizer(models.BPE())
    tokens.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokens.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=marks, initial_alphabet=sorted(alphabet), show_progress=False
    )
    tokens.train_from_iterator(texts, trainer)
    # Not special: a reply is decoded without its special tokens, and these two must stay in it.
    tokens.add_tokens([AddedToken(mark, normalized=False) for mark in ("<think>", "</think>")])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokens, eos_token=marks[2], pad_token=marks[0])
    tokenizer.chat_template = TEMPLATE
    tokenizer.model_max_length = CONTEXT
    return tokenizer


def _encoded(tokenizer: "PreTrainedTokenizerFast", asked: list[tuple[str, str]]) -> "tuple[Tensor, Tensor]":
    """Token ids, padded, and the labels: the reply and its end, nothing else."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    ids, labels = [], []
    for said, answer in asked:
        chat = [{"role": "user", "content": said}]
        before = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        head = tokenizer.encode(before)
        tail = tokenizer.encode(answer + tokenizer.eos_token)
        ids.append(torch.tensor(head + tail))
        labels.append(torch.tensor([-100] * len(head) + tail))
    return pad_sequence(ids, True, tokenizer.pad_token_id), pad_sequence(labels, True, -100)


if __name__ == "__main__":
    train(Path(sys.argv[1]))
