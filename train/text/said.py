"""What a chat template does beyond writing messages down, in words: read off a probe, a few small conversations.

said_of(probe, ...)  ->  (Words(en="It adds a system message of its own: `You are Qwen, ...", zh=...), ...)
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from cards.model_facts import Words
from train.spec import TemplateSpec

ASKED, REASONED, ANSWERED, DATE = "ASKED 1?", "REASONED 2.", "ANSWERED 3.", "DATE 4"
COMPLETION = f"<think>\n{REASONED}\n</think>\n<answer>\n{ANSWERED}\n</answer>"
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
AS_IT_IS = Words("The model's own chat template, as it is.", "沿用模型自带的对话模板，未作改动。")
_OPEN = re.compile(r"<think>\s*\Z")
_CLOSED = re.compile(r"<think>\s*</think>\s*\Z")
_EMPTY = re.compile(r"<think>\s*</think>\s*")
_LONGEST = 60  # characters of a text that are shown


@dataclass(frozen=True, slots=True)
class Probe:
    """One conversation as the template writes it: the question with the generation prompt, with its answer, with a
    further question; and the first again on a day that never is."""

    prompt: str
    answered: str
    followed: str
    dated: str

    @property
    def opening(self) -> str:
        """What the generation prompt leaves open."""
        found = _OPEN.search(self.prompt)
        return found[0] if found else ""

    @property
    def closed(self) -> str:
        """The thought that the generation prompt opens and closes again."""
        found = _CLOSED.search(self.prompt)
        return found[0] if found else ""

    @property
    def tail(self) -> str:
        """What it writes behind an answer."""
        return self.answered.rpartition(ANSWERED)[2].removeprefix("\n</answer>")


def said_of(probe: Probe, token: str, was: str | None, tokenizer: Any, spec: TemplateSpec) -> tuple[Words, ...]:
    """All there is to say; AS_IT_IS where that is nothing. token: what ends an answer; was: the tokenizer's eos_token
    before."""
    said = (
        *_given(spec),
        *_before(probe, tokenizer, spec),
        *_begun(probe),
        *_rewritten(probe),
        *_ended(probe.tail, token, was),
        *_tags(tokenizer),
    )
    return said or (AS_IT_IS,)


def shown(text: str) -> str:
    """A text as code in one line, cut where it is long."""
    line = text.replace("\n", "\\n").replace("`", "'")
    return f"`{line[:_LONGEST]}{'...' if len(line) > _LONGEST else ''}`"


def _given(spec: TemplateSpec) -> Iterator[Words]:
    """What the config says."""
    if spec.file is not None:
        name = spec.file.name
        yield Words(
            f"The chat template is {shown(name)}, not the model's own.", f"对话模板取自 {shown(name)}，不是模型自带的。"
        )
    if spec.kwargs:
        given = json.dumps(dict(spec.kwargs), ensure_ascii=False)
        yield Words(
            f"The template is handed {shown(given)}, which is written into the one that the model is saved with.",
            f"传给模板的参数：{shown(given)}；它已写入随模型保存的模板。",
        )
    if spec.system:
        yield Words(
            f"A system message stands before every prompt: {shown(spec.system)}.",
            f"每条提示之前都有系统消息：{shown(spec.system)}。",
        )


def _before(probe: Probe, tokenizer: Any, spec: TemplateSpec) -> Iterator[Words]:
    """What it writes before a question that nobody gave."""
    if own := _own(probe, tokenizer, spec):
        yield Words(
            f"It adds a system message of its own: {shown(own)}; it stands in training and in use alike.",
            f"它自行添加了系统消息：{shown(own)}；训练与使用时都有。",
        )
    if probe.dated != probe.prompt:
        yield Words(
            "It writes the day's date into every prompt, so that prompts differ from day to day.",
            "它把当天日期写进每条提示，因此提示每天不同。",
        )


def _own(probe: Probe, tokenizer: Any, spec: TemplateSpec) -> str:
    """The words before the first question that do not stand before a later one. A token of the template's counts as one
    character, so that none is cut in two."""
    tokens = sorted({token.content for token in tokenizer.added_tokens_decoder.values()}, key=len, reverse=True)
    marks = re.compile("|".join(map(re.escape, tokens)) or r"\Z")
    first = probe.prompt.partition(ASKED)[0].replace((spec.system or "").strip(), "", 1)
    later = probe.followed.rpartition(ASKED)[0].rpartition(ANSWERED)[2]
    head, again = (marks.sub("\0", text).rstrip() for text in (first, later))
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(head[::-1], again[::-1], strict=False)))
    own = head[: len(head) - shared]
    return own.replace("\0", " ").strip().removeprefix("system").strip()


def _begun(probe: Probe) -> Iterator[Words]:
    """How an answer begins."""
    if opening := probe.opening:
        yield Words(
            f"Its generation prompt ends with {shown(opening)}: the model goes on from there, and learns what follows.",
            f"它的生成提示以 {shown(opening)} 结尾：模型从此处续写，也只学习其后的内容。",
        )
    head = probe.prompt.removesuffix(opening)
    between = probe.answered.removeprefix(head).partition("<think>")[0]
    if between and REASONED in probe.answered and probe.answered.startswith(head):
        yield Words(
            f"Before an answer it writes {shown(between)}, which its generation prompt lacks: answers are learned"
            " without it.",
            f"它在答案之前写 {shown(between)}，而生成提示中没有；训练的答案不带它。",
        )


def _rewritten(probe: Probe) -> Iterator[Words]:
    """What it would make of an answer. Training writes answers down as they are."""
    if REASONED not in probe.followed:
        yield Words(
            "It drops the reasoning of earlier answers; in training answers stand as they are, with it.",
            "它会删去先前回答中的推理；训练时回答按原样写出，推理保留。",
        )
    plain = _EMPTY.sub("", probe.answered)
    if plain != probe.answered:
        yield Words(
            "It adds an empty thought to an answer; in training answers stand as they are, without it.",
            "它会在回答前添加空的思考；训练时回答按原样写出，不带它。",
        )
    if REASONED in plain and COMPLETION not in plain:
        yield Words(
            "It rewrites the white space of an answer; in training answers stand as they are.",
            "它会改动回答中的空白；训练时回答按原样写出。",
        )


def _ended(tail: str, token: str, was: str | None) -> Iterator[Words]:
    """How an answer ends."""
    if token not in tail:
        en = f"writes {shown(tail.strip())}, which is no special token" if tail.strip() else "writes nothing"
        zh = f"写 {shown(tail.strip())}，它不是特殊词元" if tail.strip() else "不写任何内容"
        yield Words(
            f"Behind an answer it {en}: in training {shown(token)} ends it.",
            f"它在回答之后{zh}；训练时以 {shown(token)} 结束回答。",
        )
    if token != was:
        yield Words(
            f"It ends an answer with {shown(token)}, not with the tokenizer's {shown(was or 'eos_token')}: that is its"
            " eos_token now, so that generation stops there.",
            f"它以 {shown(token)} 结束回答，而不是分词器的 {shown(was or 'eos_token')}；"
            "现已设为 eos_token，生成会在此停止。",
        )


def _tags(tokenizer: Any) -> Iterator[Words]:
    special = [one.content for one in tokenizer.added_tokens_decoder.values() if one.special and one.content in TAGS]
    if special:
        tags = " ".join(map(shown, special))
        yield Words(
            f"{tags} are special tokens of the tokenizer: training and evaluation keep them, but a server that leaves"
            " special tokens out of its replies drops them (vLLM: skip_special_tokens: false).",
            f"{tags} 是分词器的特殊词元：训练与评测会保留它们；"
            "但回复中省略特殊词元的服务会丢掉它们（vLLM：skip_special_tokens: false）。",
        )
