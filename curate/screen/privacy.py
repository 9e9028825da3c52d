"""Private data: found in a text, and masked in a question with typed masks.

find("电话 13800001234")   ->  [Private("mobile", 3, 14, "13800001234")]
redact(question)           ->  the question with "电话 [手机号_1]", in English "call [PHONE_1]", and {"mobile": 1}

The same value has one mask in all fields of a question, other values others, in the order in which they first stand.
What is found and what is left to the public: private_numbers, private_addresses. Names of persons are not looked for.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from curate.records import Question
from curate.screen.private_addresses import emails, postal
from curate.screen.private_numbers import numbers

# Kind -> what a mask calls it in English and in Chinese. Of two that overlap the first here wins.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "email": ("EMAIL", "电子邮箱"),
        "iban": ("IBAN", "国际银行账号"),
        "resident_id": ("RESIDENT_ID", "身份证号"),
        "bank_card": ("BANK_CARD", "银行卡号"),
        "passport": ("PASSPORT", "护照号"),
        "ssn": ("SSN", "社会保障号"),
        "mobile": ("PHONE", "手机号"),
        "phone": ("PHONE", "电话号码"),
        "account": ("ACCOUNT", "账号"),
        "address": ("ADDRESS", "地址"),
    }
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_MASK = re.compile(rf"\[({'|'.join(sorted(set(chain(*KINDS.values()))))})_([0-9]{{1,9}})\]")

# Without one of these there is nothing to find. Full-width letters and digits, and the hyphens and spaces of
# typesetters between digits, are read as their ASCII fellows, which stand in the same places.
_SOME = re.compile("[0-9@\uff10-\uff19\uff20]")
_WIDE = re.compile("[\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")
_SPACED = re.compile("[\u2010-\u2015\u2212\uff0d\u00a0\u2002-\u200a\u202f\u3000](?<=[0-9].)(?=[0-9])")
_NARROW: dict[int, int | str] = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    **dict.fromkeys((0xA0, *range(0x2002, 0x200B), 0x202F, 0x3000), " "),
}


@dataclass(frozen=True, slots=True)
class Private:
    """One private value: a key of KINDS, where it stands, and as it is written."""

    kind: str
    start: int
    end: int
    text: str

    @property
    def value(self) -> str:
        """The same for all writings of one value: without spaces, hyphens, case, width and China's calling code."""
        plain = _narrow(self.text).casefold()
        if self.kind == "email":
            return plain
        letters = "".join(filter(str.isalnum, plain))
        return letters[-11:] if self.kind == "mobile" else letters


def find(text: str) -> list[Private]:
    """The private values of a text, in order; where two overlap the more specific kind is kept. Time is linear."""
    if not _SOME.search(text):
        return []
    plain = _narrow(text)
    found = chain(emails(plain), numbers(plain), postal(plain))
    kept: list[tuple[str, int, int]] = []
    for kind, start, end in sorted(found, key=lambda span: (span[1], _RANK[span[0]], -span[2])):
        while kept and start < kept[-1][2] and _RANK[kind] < _RANK[kept[-1][0]]:
            kept.pop()
        if not kept or start >= kept[-1][2]:
            kept.append((kind, start, end))
    return [Private(kind, start, end, text[start:end]) for kind, start, end in kept]


def redact(question: Question) -> tuple[Question, Counter[str]]:
    """The question with its private values masked, and kind -> how many different ones there were.

    Question, context, options, explanation, golds and the strings in meta are read; a gold that is a number is not, as
    a sum may look like a phone. A redacted question holds nothing more to redact, and is given back as it is.
    """
    masks = _Masks(question)
    number = question.answer_kind in ("number", "percent")
    changed = replace(
        question,
        question=masks.text(question.question),
        context=masks.text(question.context),
        options={letter: masks.text(option) for letter, option in question.options.items()},
        explanation=masks.maybe(question.explanation),
        gold=question.gold if number else masks.maybe(question.gold),
        gold_alternatives=question.gold_alternatives if number else tuple(map(masks.text, question.gold_alternatives)),
        meta=masks.anywhere(question.meta),
    )
    counts = Counter(kind for kind, _ in masks.given)
    return (changed if counts else question), counts


def kinds_in(question: Question) -> Counter[str]:
    """Kind -> how many different private values the question holds."""
    return redact(question)[1]


class _Masks:
    """The masks given in one question. Those that its corpus gave already keep their numbers to themselves."""

    def __init__(self, question: Question) -> None:
        self.given: dict[tuple[str, str], str] = {}
        self._chinese = question.language == "zh"
        self._last: Counter[str] = Counter()
        answers = (question.options, question.gold, question.gold_alternatives, question.explanation)
        for text in _strings((question.question, question.context, answers, question.meta)):
            for name, number in _MASK.findall(text) if "[" in text else ():
                self._last[name] = max(self._last[name], int(number))

    def text(self, text: str) -> str:
        """The text with masks, until nothing is found: what a mask replaced may have hidden another value."""
        while found := find(text):
            parts, at = [], 0
            for private in found:
                parts += [text[at : private.start], self._mask(private)]
                at = private.end
            text = "".join((*parts, text[at:]))
        return text

    def maybe(self, text: str | None) -> str | None:
        """The text with masks, None where there is none."""
        return None if text is None else self.text(text)

    def anywhere(self, value: Any) -> Any:
        """The value with all strings in it masked; the keys of mappings stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.anywhere(item) for key, item in value.items()}
        return [self.anywhere(item) for item in value] if isinstance(value, list | tuple) else value

    def _mask(self, private: Private) -> str:
        key = (private.kind, private.value)
        if key not in self.given:
            name = KINDS[private.kind][self._chinese]
            self._last[name] += 1
            self.given[key] = f"[{name}_{self._last[name]}]"
        return self.given[key]


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(item)


def _narrow(text: str) -> str:
    wide = not text.isascii() and (_WIDE.search(text) or _SPACED.search(text))
    return text.translate(_NARROW) if wide else text
