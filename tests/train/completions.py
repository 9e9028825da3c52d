"""Completions as policies write them: whole traces, real or made up, and what may become of them.

cases = list(mutated(real(data) or made(), 2000))    # Case(question, gold, kind, options, text, cut, how)
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from curate.rows import completion
from tests.curate.teaching import grown, numbers_of

_BOX = re.compile(r"\\boxed\{([^{}]*)\}")
_TAG = re.compile(r"</?(?:think|answer)>")


@dataclass(frozen=True)
class Case:
    """One completion for one question; how: what was done to it."""

    question: str
    gold: str
    kind: str
    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    how: str = "whole"


def real(data: Path) -> list[Case]:
    """The real traces, in the form that a policy is trained to write where they come in parts."""
    folder = data / "traces"
    found = []
    for name in ("financereasoning_hard_deepseek_r1_120.json", "financereasoning_hard_qwq_80.json"):
        for one in _records(folder / name):
            reasoning, answer = one["reasoning_content"], str(one["output"] or "").strip()
            text = completion(reasoning.strip(), answer) if reasoning else answer
            found.append(_case(one["question"], one["ground_truth"], text))
    for one in _records(folder / "finqa_failed_think_200.json"):
        found.append(_case(one["question"], one["gold_answer"], one["model_prediction"]))
    for one in _records(folder / "finqa_test_qwen3_4b_400.jsonl"):
        found.append(_case(one["question"], one["gold_text"] or one["gold"], one["raw_output"]))
    return found


def made(count: int = 40) -> list[Case]:
    """Traces of our own, about growing revenues and about options, in English and in Chinese."""
    found = []
    for number in range(count):
        a, b = numbers_of(number)
        total = grown(a, b)
        steps = f"1. Revenue is {a} and grows by {b}%.\n2. {a} * {b} / 100 = {a * b / 100:g}.\n3. That makes {total}."
        text = completion(steps, f"The revenue of the next year is \\boxed{{{total}}}.")
        found.append(Case(f"Revenue {a} grows by {b} percent. What is it then?", total, "number", text))
        steps = f"1. 营业收入为{a}百万元，增长{b}%。\n2. 增加额为{a * b / 100:g}百万元。\n3. 合计{total}百万元。"
        text = completion(steps, f"下一年的营业收入为\\boxed{{{total}}}百万元。")
        found.append(Case(f"营业收入{a}百万元，增长{b}%，下一年是多少百万元？", total, "number", text))
        options = {"A": "现金", "B": "债券", "C": "商誉", "D": f"库存股{number}"}
        letter = "ABCD"[number % 4]
        text = completion(f"无形资产没有实物形态，{options[letter]}符合。", f"答案是\\boxed{{{letter}}}")
        found.append(Case(f"下列哪一项属于第{number}类资产？", letter, "choice", text, options))
    return found


def mutated(cases: Sequence[Case], count: int, seed: int = 17) -> Iterator[Case]:
    """So many completions: the cases in turn, first as they are, then changed in every way."""
    chance, ways = random.Random(seed), sorted(MUTATIONS)
    yield from cases[:count]
    for case in islice(cycle(cases), max(0, count - len(cases))):
        way = chance.choice(ways)
        yield replace(MUTATIONS[way](case, chance), how=way)


def _other_number(case: Case, chance: random.Random) -> Case:
    return _boxed(case, lambda said: f"{chance.randint(2, 9)}{said}")


def _off_by_little(case: Case, chance: random.Random) -> Case:
    return _boxed(case, lambda said: re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), said))


def _no_box(case: Case, chance: random.Random) -> Case:
    return replace(case, text=_BOX.sub(r"\1", case.text))


def _no_tags(case: Case, chance: random.Random) -> Case:
    return replace(case, text=_TAG.sub("", case.text))


def _one_tag_less(case: Case, chance: random.Random) -> Case:
    tags = list(_TAG.finditer(case.text))
    if not tags:
        return case
    tag = chance.choice(tags)
    return replace(case, text=case.text[: tag.start()] + case.text[tag.end() :])


def _doubled(case: Case, chance: random.Random) -> Case:
    return replace(case, text=case.text + chance.choice(["\n", ""]) + case.text)


def _cut(case: Case, chance: random.Random) -> Case:
    return replace(case, text=case.text[: chance.randrange(len(case.text) + 1)], cut=True)


def _unnoticed_cut(case: Case, chance: random.Random) -> Case:
    """Cut off, and said to be whole."""
    return replace(case, text=case.text[: chance.randrange(len(case.text) + 1)])


def _answer_first(case: Case, chance: random.Random) -> Case:
    thought, closed, answer = case.text.partition("</think>")
    return replace(case, text=f"{answer}\n{thought}{closed}")


def _chinese(case: Case, chance: random.Random) -> Case:
    said = f"综上所述，最终答案是 {case.gold}。" if chance.random() < 0.5 else f"因此，答案为 \\boxed{{{case.gold}}}"
    return replace(case, text=f"<think>\n先看问题，再计算。\n</think>\n<answer>\n{said}\n</answer>")


def _refusal(case: Case, chance: random.Random) -> Case:
    said = ["I'm sorry, but I can't help with that.", "抱歉，我无法回答这个问题。"]
    return replace(case, text=f"<think>\nNo.\n</think>\n{chance.choice(said)}")


def _two_answers(case: Case, chance: random.Random) -> Case:
    return replace(case, text=f"{case.text}\nThe answer is {chance.randint(1, 99)}.")


def _before(case: Case, chance: random.Random) -> Case:
    return replace(case, text=f"Sure, the answer is {chance.randint(1, 99)}.\n{case.text}")


def _empty(case: Case, chance: random.Random) -> Case:
    return replace(case, text=chance.choice(["", " \n", "<think>", "<think></think>", "<answer></answer>"]))


MUTATIONS: Mapping[str, Callable[[Case, random.Random], Case]] = {
    "other number": _other_number,
    "off by little": _off_by_little,
    "no box": _no_box,
    "no tags": _no_tags,
    "one tag less": _one_tag_less,
    "doubled": _doubled,
    "cut": _cut,
    "unnoticed cut": _unnoticed_cut,
    "answer first": _answer_first,
    "Chinese": _chinese,
    "refusal": _refusal,
    "two answers": _two_answers,
    "text before": _before,
    "empty": _empty,
}


def _boxed(case: Case, change: Callable[[str], str]) -> Case:
    """With another content of its last box; where it has none, one is put behind."""
    boxes = list(_BOX.finditer(case.text))
    if not boxes:
        return replace(case, text=f"{case.text}\n\\boxed{{{change(case.gold)}}}")
    last = boxes[-1]
    return replace(case, text=f"{case.text[: last.start(1)]}{change(last[1])}{case.text[last.end(1) :]}")


def _case(question: str, gold: object, text: str) -> Case:
    written = {True: "yes", False: "no"}[gold] if isinstance(gold, bool) else str(gold).strip()
    kind = "boolean" if written in ("yes", "no") else "percent" if "%" in written else "number"
    return Case(question, written, kind, text)


def _records(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else list(json.loads(text))
