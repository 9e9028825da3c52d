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
from train.new import learned, untrained
from train.spec import NewSpec

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

OPERANDS = range(8)
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

    # Several threads wait for each other in layers this small, and make the result depend on the machine.
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    pairs = list(product(OPERANDS, OPERANDS))
    asked = [(form(question(a, b)), reply(a, b)) for form in (str, wrapped) for a, b in pairs]
    tokenizer = learned([f"{said} {answer}" for said, answer in asked], 600, ("<think>", "</think>"), CONTEXT)
    ids, labels = _encoded(tokenizer, asked)
    model = untrained(tokenizer, NewSpec(layers=2, hidden=64, heads=2, context=CONTEXT))
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
