"""Warnings of a training that will teach nothing: each once, on stderr, while there is still time to stop it.

FinReason's reinforcement learning ended where it began (6.67 % after 7.00 %), and its logs said why from the first
steps: a mean reward of 0.067 with a deviation of 0.047 within groups, and completions of 7 tokens without one thought.
"""

import sys
from statistics import fmean
from typing import Any

from transformers import TrainerCallback

from curate.terminal.console import shown
from judges.verdict import REASONS
from train.rewards import BASELINE, BATCHES, Counted, Scored
from train.text.form import FAULTS

# FinReason's policy began at 6.25 % and never left it (GRPO log, first ten entries): of groups of four only one in four
# had anything to tell apart.
NEAR_ZERO = 0.08
ENOUGH = 64  # completions: eight groups of eight, TRL's default
# DianJin-R1 re-created: 41.6 % of groups had no variance, and the policy did not move; all of its questions had been
# chosen to be neither always right nor always wrong.
WITHOUT_SIGNAL = 0.5
STEPS = 10  # before the share of such groups is believed
MOSTLY_CUT = 0.5  # what is cut off is undecided: most of what was paid for in generation would teach nothing
MOSTLY_UNDECIDED = 0.5  # the same, where answers are whole and cannot be read
# Far more than chance: over 64 batches of eight questions each, such a share has a standard deviation below 0.03.
RISEN = 0.2
_SHOWN = 600  # characters of a sample


class Watch(TrainerCallback):
    """Looks at what was rewarded after each step, and at TRL's log; only the main process speaks, of its own share."""

    def __init__(self, counted: Counted, longest: int) -> None:
        self._counted, self._longest = counted, longest
        self._said: set[str] = set()
        self._steps = self._since = 0
        self._flat = 0.0

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """After a step: the baseline, rewards that are always 0, completions that are cut off or else undecided."""
        counted = self._counted
        self._since += 1
        if not state.is_world_process_zero:
            return
        if counted.completions >= ENOUGH and not counted.paid:
            self._say("zero", _always_zero(counted))
        if len(counted.first) == BASELINE and (right := sum(counted.first)) <= NEAR_ZERO * BASELINE:
            self._say("baseline", _near_zero(right))
        if counted.completions >= ENOUGH and counted.cut > MOSTLY_CUT * counted.completions:
            self._say("cut", _mostly_cut(counted, self._longest))
        elif counted.completions >= ENOUGH and counted.undecided.total() > MOSTLY_UNDECIDED * counted.completions:
            self._say("undecided", _mostly_undecided(counted))
        if len(counted.late) == BATCHES and (now := fmean(counted.late)) > (before := fmean(counted.early)) + RISEN:
            self._say("drift", _drifted(before, now))

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """At an entry of the log: the share of groups that teach nothing, over the steps that it sums up."""
        flat = (logs or {}).get("groups_without_signal")
        if flat is None or not state.is_world_process_zero:
            return
        self._steps += self._since
        self._flat += self._since * flat
        self._since = 0
        if self._steps >= STEPS and self._flat > WITHOUT_SIGNAL * self._steps:
            self._say("signal", _without_signal(self._flat / self._steps))

    def _say(self, what: str, words: str) -> None:
        if what not in self._said:
            self._said.add(what)
            print(f"\ntrain: warning: {words}", file=sys.stderr, flush=True)


def _near_zero(right: int) -> str:
    return (
        f"{right} of the first {BASELINE} answers that could be decided are right: a group without a right answer"
        " teaches none\n  begin with a larger model, train on `sft` first, or choose easier questions"
        " (split.rl.difficulty in the recipe)"
    )


def _always_zero(counted: Counted) -> str:
    samples = "\n".join(_sample(one) for one in counted.samples)
    return (
        f"no completion of {counted.completions} earned a reward above 0; the first {len(counted.samples)} of them:\n"
        f"{samples}\n  where they are not in the form that is rewarded, train on `sft` first, with the same template"
    )


def _mostly_cut(counted: Counted, longest: int) -> str:
    return (
        f"{counted.cut} of {counted.completions} completions were cut off at {longest} tokens, and have no answer to"
        " check\n  raise trainer.max_completion_length, or train on shorter traces first"
    )


def _mostly_undecided(counted: Counted) -> str:
    reasons = "\n".join(f"  {number:,}: {REASONS[reason]}" for reason, number in counted.undecided.most_common(3))
    return (
        f"{counted.undecided.total()} of {counted.completions} completions could not be decided, and teach nothing;"
        f" mostly for these reasons:\n{reasons}\n  see `check` in the config: another preset, or a model beside rules"
    )


def _drifted(before: float, now: float) -> str:
    return (
        f"{now:.0%} of the completions of the last {BATCHES} batches could not be decided, after {before:.0%} of the"
        " first: a policy may drift to answers that cannot be decided\n  look at its completions"
        " (trainer.log_completions); an earlier checkpoint may be the better model"
    )


def _without_signal(share: float) -> str:
    return (
        f"{share:.0%} of the groups teach nothing: all completions earn the same, or fewer than two could be decided"
        "\n  keep questions that are neither always right nor always wrong (split.rl.difficulty in the recipe), or"
        " raise trainer.num_generations"
    )


def _sample(one: Scored) -> str:
    """A completion, its middle left out where it is long, and what is known of it."""
    half, text = _SHOWN // 2, one.text
    if len(text) > _SHOWN:
        text = f"{text[:half]} [...] {text[-half:]}"
    body = "\n".join(f"  | {line}" for line in shown(text).plain.splitlines() or [""])
    form = FAULTS[one.fault] if one.fault else "as it should be"
    ended = f"{one.tokens} tokens, {'cut off' if one.cut else 'whole'}"
    return f"{body}\n  ({ended}; form: {form}; answer: {REASONS[one.verdict.reason]})"
