"""What tests of rewards share: a tokenizer, a config, rows, and completions as a policy samples them.

earned("fin-r1", ["<think>3 + 4</think><answer>\\boxed{7}</answer>"], gold="7")   ->  [2.0]
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from types import SimpleNamespace
from typing import Any

from curate.chat.reply import read_reply
from train.rewards import Rewards, question_of, trace_of
from train.spec import GrpoSpec
from train.text.template import Template
from train.verifier import Verifier

GOOD = "<think>\n3 + 4 = 7\n</think>\n<answer>\n\\boxed{7}\n</answer>"


@cache
def tokenizer() -> Any:
    """Bytes as tokens, the four tags as plain ones, and ChatML's marks as special ones."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = Tokenizer(models.BPE())
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=marks, initial_alphabet=alphabet, show_progress=False)
    tokens.train_from_iterator([GOOD], trainer)
    tokens.add_tokens([AddedToken(tag, normalized=False) for tag in ("<think>", "</think>", "<answer>", "</answer>")])
    return PreTrainedTokenizerFast(tokenizer_object=tokens, eos_token=marks[2], pad_token=marks[0])


def spec(reward: str = "fin-r1", **keys: Any) -> GrpoSpec:
    """A config."""
    said = {"name": "policy", "method": "grpo", "model": "m", "data": "runs/r", "reward": reward, **keys}
    return GrpoSpec.model_validate(said)


def row(gold: str | None = "7", kind: str = "number", **more: Any) -> dict[str, Any]:
    """A row of the config `rl`."""
    texts = {"id": "s:1", "source": "s", "source_id": "1", "group": "1", "language": "en", "licence": "MIT"}
    asked = {"task": None, "question": "How much is it?", "options": [], "gold_alternatives": [], "flags": []}
    return {**texts, **asked, "answer_kind": kind, "gold": gold, **more}


def ids(text: str, ended: bool = True) -> list[int]:
    """A completion's tokens, with the end of the turn or cut off before it."""
    said: list[int] = tokenizer().encode(text, add_special_tokens=False)
    return [*said, tokenizer().eos_token_id] if ended else said


class Log:
    """TRL's side: what was logged, and the reward function over rows."""

    def __init__(self, config: GrpoSpec, opening: str = "", verifier: Verifier | None = None) -> None:
        self.metrics: dict[str, float] = {}
        self.extra: dict[str, list[Any]] = defaultdict(list)
        self.rewards = Rewards(config, tokenizer(), Template(opening, "<|im_end|>", ()), verifier)

    def earned(self, completions: Sequence[Sequence[int]], rows: Sequence[dict[str, Any]]) -> list[float | None]:
        """The rewards of one batch; `metrics` and `extra` are of this batch."""
        self.metrics.clear()
        self.extra.clear()
        columns = {name: [one[name] for one in rows] for name in rows[0]}
        return self.rewards(
            prompts=[[] for _ in rows],
            completions=[[] for _ in rows],
            completion_ids=completions,
            trainer_state=None,
            log_metric=self.metrics.__setitem__,
            log_extra=lambda name, values: self.extra[name].extend(values),
            **columns,
        )


def earned(reward: str, texts: Sequence[str], *, opening: str = "", **asked: Any) -> list[float | None]:
    """What completions that came to their end earn, all of one question."""
    return Log(spec(reward), opening).earned([ids(text) for text in texts], [row(**asked)] * len(texts))


def earned_in_one_of_two(rank: int, port: int, text: str) -> dict[str, float]:
    """What is logged where two processes have one completion each, of one question; for a process of its own."""
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    from accelerate import PartialState

    state = PartialState(cpu=True)
    log = Log(spec())
    log.rewards.serve(SimpleNamespace(model=SimpleNamespace(training=True), eos_token_ids=[]))
    log.earned([ids(text)], [row()])
    state.destroy_process_group()
    return log.metrics


def judged(config: GrpoSpec, answers: Sequence[str], asked: Mapping[str, Any]) -> list[str]:
    """Why a verifier decides as it does on answers to one question; for a process of its own."""
    question = question_of(row(**asked))
    said = [read_reply({"choices": [{"message": {"content": answer}, "finish_reason": "stop"}]}) for answer in answers]
    with closing(Verifier(config)) as verifier:
        return [one.reason for one in verifier.verdicts([(question, trace_of(question, one, "m")) for one in said])]
