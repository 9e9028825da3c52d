"""Rewards for GRPO: what the check of curate says of a completion, and its form, as one number.

    Rewards(spec, tokenizer, template)(completion_ids=[[...]], gold=["12%"], ...)   ->  [2.0]

fin-r1     format + accuracy: 0, 1 or 2 (arXiv 2503.16252v5, 4.2: r = R_fmt + R_acc)
dianjin    1 where both are right, else 0 (rl/reward_score_cflue.py)
finreason  accuracy, and 0.2 for a thought, right or wrong (src/shared_utils.py)

An undecided answer is no wrong one: where the reward depends on it there is none (None), and TRL leaves the completion
out of its group's baseline and gives it no advantage. A completion without any answer is undecided too, but earns what
its form earns.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from statistics import fmean
from typing import TYPE_CHECKING, Any

from curate.chat import Reply
from curate.chat.reply import read_reply
from curate.check import by_rules
from curate.distil import trace_of
from curate.records import Question
from judges.verdict import Verdict
from train.spec import GrpoSpec
from train.text.form import fault, has_thought

if TYPE_CHECKING:
    from train.text.template import Template
    from train.verifier import Verifier

# What is added up, by reward; dianjin's is no sum.
PARTS: Mapping[str, Mapping[str, float]] = {
    "fin-r1": {"format": 1.0, "accuracy": 1.0},
    "dianjin": {},
    "finreason": {"accuracy": 1.0, "thought": 0.2},
}
# Why verdicts are undecided on completions that hold no answer. When these had no reward either, nothing held a policy
# back from them, and wrong answers pushed it there: tiny-cpu-grpo ended with 46 % of them, and 82 % of held-out answers
# right after 96 %. Fin-R1's and DianJin-R1's rewards pay them nothing. TRL's mask_truncated_completions leaves those
# that were cut off out of the loss, for who wants that.
UNANSWERED = frozenset({"truncated", "answer_missing", "empty_answer", "refusal"})
BASELINE = 64  # decided completions: at 5 of them right, the 95 % interval (Wilson) ends below 17 %
SAMPLES = 3
BATCHES = 64  # of which the share of undecided completions is compared, the first with the last
_TEXTS = ("id", "source", "source_id", "group", "language", "task", "question", "answer_kind", "licence")
_COLUMNS = (*_TEXTS, "gold", "gold_alternatives", "options", "flags")


@dataclass(frozen=True, slots=True)
class Scored:
    """A completion and its reward. text: with what the prompt left open; tokens: its end among them; fault: a key of
    train.text.form.FAULTS, or None; verdict: on its answer."""

    text: str
    tokens: int
    cut: bool
    fault: str | None
    thought: bool
    verdict: Verdict
    reward: float | None


@dataclass(slots=True)
class Counted:
    """What this process has rewarded so far, for training. paid: rewards above 0; undecided: how many for each reason;
    early, late: the undecided share of the first batches, and of the last of those behind them; first: the first
    verdicts that were decided; samples: the first completions."""

    completions: int = 0
    cut: int = 0
    paid: int = 0
    undecided: Counter[str] = field(default_factory=Counter)
    early: list[float] = field(default_factory=list)
    late: deque[float] = field(default_factory=lambda: deque(maxlen=BATCHES))
    first: list[bool] = field(default_factory=list)
    samples: list[Scored] = field(default_factory=list)

    def add(self, scored: Sequence[Scored]) -> None:
        """Counts one batch more."""
        undecided = [one.verdict.reason for one in scored if one.verdict.value is None]
        self.undecided.update(undecided)
        if scored:
            (self.early if len(self.early) < BATCHES else self.late).append(len(undecided) / len(scored))
        self.completions += len(scored)
        self.cut += sum(one.cut for one in scored)
        self.paid += sum((one.reward or 0) > 0 for one in scored)
        decided = [value for one in scored if (value := one.verdict.value) is not None]
        self.first += decided[: BASELINE - len(self.first)]
        self.samples += scored[: SAMPLES - len(self.samples)]


class Rewards:
    """The reward function of a training, for TRL to call; `counted` tells what it has seen, validation left out.

    With a verifier, a model is asked where rules leave an answer undecided, all of a batch at once. Logs format_rate,
    accuracy (of the decided), undecided_rate, groups_without_signal, the mean of each part as rewards/<part>/mean, and
    the lengths of right and of wrong completions; what is not known of a batch is not logged for it."""

    def __init__(
        self, spec: GrpoSpec, tokenizer: Any, template: "Template", verifier: "Verifier | None" = None
    ) -> None:
        self.__name__ = "reward"
        self.counted = Counted()
        self._spec, self._tokenizer, self._template, self._verifier = spec, tokenizer, template, verifier
        self._trainer: Any = None
        # The padding too: TRL takes it for an end, since some models end with it.
        end = tokenizer.encode(template.end, add_special_tokens=False)
        self._ends = {tokenizer.eos_token_id, tokenizer.pad_token_id, *end}
        logging.getLogger("trl.trainer.grpo_trainer").addFilter(_is_told_elsewhere)

    def serve(self, trainer: Any) -> None:
        """Learns of a GRPOTrainer which tokens it takes for an end, all that its model names; and, from now on, whether
        it trains or validates: TRL itself asks the model, and tells a reward function nothing of it."""
        self._ends |= set(trainer.eos_token_ids)
        self._trainer = trainer

    def __call__(
        self,
        *,
        completion_ids: Sequence[Sequence[int]],
        log_metric: Callable[[str, float], None],
        log_extra: Callable[[str, list[Any]], None],
        **columns: Any,
    ) -> list[float | None]:
        """The reward of each completion, None where there is none. Raises UserError where the verifier's server is
        down."""
        rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
        questions = [question_of(dict(zip(_COLUMNS, row, strict=True))) for row in rows]
        written = [self.decoded(ids) for ids in completion_ids]
        pairs = [
            (question, trace_of(question, self._reply(*one), self._spec.name))
            for question, one in zip(questions, written, strict=True)
        ]
        if self._verifier is None:
            verdicts = [by_rules(question, trace, self._spec.check.policy) for question, trace in pairs]
        else:
            verdicts = self._verifier.verdicts(pairs)
        scored = [
            self._scored(text, len(ids), cut, verdict)
            for ids, (text, cut), verdict in zip(completion_ids, written, verdicts, strict=True)
        ]
        if self._trainer is None or self._trainer.model.training:
            self.counted.add(scored)
        _log(scored, PARTS[self._spec.reward], log_metric)
        earned = [(id_, one.reward) for id_, one in zip(columns["id"], scored, strict=True)]
        log_metric("groups_without_signal", without_signal(earned if self._trainer is None else _of_all(earned)))
        log_extra("verdict", [one.verdict.reason for one in scored])
        log_extra("extracted", [one.verdict.extracted or "" for one in scored])
        log_extra("form", [one.fault or "" for one in scored])
        return [one.reward for one in scored]

    def decoded(self, ids: Sequence[int]) -> tuple[str, bool]:
        """The text of a completion without its end, and whether it was cut off before that."""
        length = len(ids)
        while length and ids[length - 1] in self._ends:
            length -= 1
        said = list(ids[:length])
        text = self._tokenizer.decode(said, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text, length == len(ids)

    def _reply(self, text: str, cut: bool) -> Reply:
        """The completion as a server would have given it, read as one."""
        choice = {"message": {"content": text}, "finish_reason": "length" if cut else "stop"}
        return read_reply({"choices": [choice]}, self._template.opening.rstrip().endswith("<think>"))

    def _scored(self, text: str, tokens: int, cut: bool, verdict: Verdict) -> Scored:
        whole = self._template.opening + text
        wrong, thought = fault(whole), has_thought(whole)
        reward = reward_of(self._spec.reward, wrong is None, thought, verdict)
        return Scored(whole, tokens, cut, wrong, thought, verdict, reward)


def reward_of(name: str, formed: bool, thought: bool, verdict: Verdict) -> float | None:
    """The reward of that name; None where it depends on whether an undecided answer is right."""
    if name == "dianjin" and not formed:
        return 0.0
    right = False if verdict.reason in UNANSWERED else verdict.value
    if right is None:
        return None
    if name == "dianjin":
        return float(right)
    values = {"format": formed, "accuracy": right, "thought": thought}
    return sum(weight * values[part] for part, weight in PARTS[name].items())


def without_signal(earned: Sequence[tuple[str, float | None]]) -> float:
    """The share of groups, completions of one question in a row, that teach nothing: their rewards are all alike, or
    fewer than two of them have one. TRL's frac_reward_zero_std knows only the first of these.

    without_signal([("a", 1.0), ("a", None), ("b", 1.0), ("b", 0.0)])  ->  0.5
    """
    groups = groupby(earned, itemgetter(0))
    return fmean(len({reward for _, reward in group if reward is not None}) < 2 for _, group in groups)


def _of_all(earned: list[tuple[str, float | None]]) -> list[tuple[str, float | None]]:
    """What all processes have, in their order: TRL deals a group out over several where one takes less than it. All of
    them are here at the same time, since TRL gathers the rewards next."""
    from accelerate.utils import gather_object

    found: list[tuple[str, float | None]] = gather_object(earned)
    return found


def question_of(row: Mapping[str, Any]) -> Question:
    """The Question of a row of the config `rl`, as far as the check looks at it."""
    texts: dict[str, Any] = {name: row[name] or "" for name in _TEXTS}
    return Question(
        **texts,
        gold=row["gold"],
        gold_alternatives=tuple(row["gold_alternatives"] or ()),
        options={option["letter"]: option["text"] for option in row["options"] or ()},
        flags=tuple(row["flags"] or ()),
    )


def _log(scored: Sequence[Scored], parts: Mapping[str, float], log_metric: Callable[[str, float], None]) -> None:
    decided = [one for one in scored if one.verdict.value is not None]
    found: dict[str, list[float]] = {
        "format_rate": [one.fault is None for one in scored],
        "accuracy": [bool(one.verdict.value) for one in decided],
        "undecided_rate": [one.verdict.value is None for one in scored],
        "completions/mean_right_length": [one.tokens for one in decided if one.verdict.value],
        "completions/mean_wrong_length": [one.tokens for one in decided if not one.verdict.value],
    }
    thoughts: list[float] = [one.thought for one in scored]
    values = {"format": found["format_rate"], "accuracy": found["accuracy"], "thought": thoughts}
    found |= {f"rewards/{part}/mean": [weight * value for value in values[part]] for part, weight in parts.items()}
    for name, those in found.items():
        if those:
            log_metric(name, fmean(those))


def _is_told_elsewhere(record: logging.LogRecord) -> bool:
    """Keeps back TRL's warning, with a whole row each time, that a completion has no reward: it is counted as
    undecided_rate."""
    return "All reward functions returned None" not in record.getMessage()
