"""Private data: found in a text, and masked in a question with typed masks.

find("电话 13800001234")             ->  [Private("mobile", 3, 14, "13800001234")]
redact(question)                     ->  the question with "电话 [手机号_1]", in English "[PHONE_1]", and {"mobile": 1}
masked("no column anna@example.com") ->  "no column [EMAIL_1]"

The same value has one mask in all fields of a question, other values others, in the order in which they first stand.
What is found and what is left to the public: private_numbers, private_addresses. Names of persons are not looked for.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from types import MappingProxyType
from typing import Any

from curate.records import Question
from curate.screen.private_addresses import emails, postal
from curate.screen.private_labels import FIGURE, PLAIN, Label
from curate.screen.private_numbers import numbers, valid

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

# In fewer characters, and without one of these, there is nothing to find. Full-width letters and digits, and the
# hyphens and spaces of typesetters between digits, are read as their ASCII fellows, which stand in the same places.
_LEAST = 6
_SOME = re.compile("[0-9@\uff10-\uff19\uff20]")
_LARGE = re.compile("[0-9](?:[ .,-]?[0-9]){6,}")
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


def find(text: str, label: Label = FIGURE) -> list[Private]:
    """The private values of a text, in order; where two overlap the more specific kind is kept. Time is linear.

    label: what stands above the text, a key or nothing; by default the text's own words must tell of a number.
    """
    if len(text) < _LEAST or not _SOME.search(text):
        return []
    kept: list[tuple[str, int, int]] = []
    spans = _spans(_narrow(text), label)
    for kind, start, end in sorted(spans, key=lambda span: (span[1], _RANK[span[0]], -span[2])):
        while kept and start < kept[-1][2] and _RANK[kind] < _RANK[kept[-1][0]]:
            kept.pop()
        if not kept or start >= kept[-1][2]:
            kept.append((kind, start, end))
    return [Private(kind, start, end, text[start:end]) for kind, start, end in kept]


def masked(text: str, language: str = "en") -> str:
    """A text of no question, an error or a raw record, with its private values masked in the words of a language."""
    return _Masks(language, (text,)).text(text, PLAIN)


def redact(question: Question) -> tuple[Question, Counter[str]]:
    """The question with its private values masked, and kind -> how many different ones there were.

    All that a model or a reader may see is read: task and its domain, question, context, options, explanation, golds,
    and the strings, whole numbers and keys in meta; a gold that is a number is not, as a sum may look like a phone.
    A redacted question holds nothing more to redact, and is given back as it is.
    """
    number = question.answer_kind in ("number", "percent")
    golds, others = (question.gold, *question.gold_alternatives), question.gold_alternatives
    texts = (question.task, question.task_domain, question.question, question.context, question.explanation)
    masks = _Masks(question.language, (texts, question.options, golds, question.meta), golds if number else ())
    cell = FIGURE if number else _beside(question.options.values(), PLAIN)
    gold = PLAIN if question.answer_kind in ("text", "span") else FIGURE
    changed: dict[str, Any] = {
        "task": masks.text(question.task),
        "task_domain": masks.maybe(question.task_domain),
        "question": masks.text(question.question),
        "context": masks.text(question.context),
        "options": {letter: masks.text(option, cell) for letter, option in question.options.items()},
        "explanation": masks.maybe(question.explanation),
        "gold": question.gold if number and _bare(question.gold) else masks.maybe(question.gold, gold),
        "gold_alternatives": tuple(one if number and _bare(one) else masks.text(one, gold) for one in others),
        "meta": masks.anywhere(question.meta, PLAIN),
    }
    counts = Counter(kind for kind, _ in masks.given)
    return (replace(question, **changed) if counts else question), counts


def _bare(gold: str | None) -> bool:
    """A figure and no words: a sum may look like a phone, unless it says that it is one."""
    return gold is not None and not any(map(str.isalpha, gold))


def kinds_in(question: Question) -> Counter[str]:
    """Kind -> how many different private values the question holds."""
    return redact(question)[1]


class _Masks:
    """The masks given in some texts. Those that their corpus gave already keep their numbers to themselves."""

    def __init__(self, language: str, texts: Any, figures: Iterable[str | None] = ()) -> None:
        """figures: what stays where it is a whole value."""
        self.given: dict[tuple[str, str], str] = {}
        self._chinese, self._texts, self._figures = language == "zh", texts, frozenset(figures)
        self._last: Counter[str] | None = None  # counted at the first mask: most questions have none

    def text(self, text: str, label: Label = FIGURE) -> str:
        """The text with masks, until nothing is found: what a mask replaced may have hidden another value."""
        while found := find(text, label):
            parts, at = [], 0
            for private in found:
                parts += [text[at : private.start], self._mask(private)]
                at = private.end
            text = "".join((*parts, text[at:]))
        return text

    def maybe(self, text: str | None, label: Label = FIGURE) -> str | None:
        """The text with masks, None where there is none."""
        return None if text is None else self.text(text, label)

    def anywhere(self, value: Any, label: Label) -> Any:
        """The value with all strings, whole numbers and keys in it masked, and the rest as it is."""
        if isinstance(value, str):
            return self.text(value, FIGURE if value in self._figures and not label.words else label)
        if isinstance(value, int) and not isinstance(value, bool):
            text = self.anywhere(str(value), label)
            return value if text == str(value) else text
        if isinstance(value, Mapping):
            return self._mapping(value, label)
        if isinstance(value, list | tuple):
            beside = _beside(value, label)
            return [self.anywhere(item, beside) for item in value]
        return value

    def _mapping(self, value: Mapping[Any, Any], label: Label) -> dict[Any, Any]:
        """Keys that are one when masked are told apart by ~2, ~3 ..., so that no entry is lost."""
        changed: dict[Any, Any] = {}
        for key, item in value.items():
            name = known = self.anywhere(key, label) if isinstance(key, str | int) else key
            for number in count(2):
                if name not in changed:
                    break
                name = f"{known}~{number}"
            changed[name] = self.anywhere(item, label.under(known))
        return changed

    def _mask(self, private: Private) -> str:
        key = (private.kind, private.value)
        if key not in self.given:
            if self._last is None:
                self._last = _highest(self._texts)
            name = KINDS[private.kind][self._chinese]
            self._last[name] += 1
            self.given[key] = f"[{name}_{self._last[name]}]"
        return self.given[key]


def _beside(values: Iterable[Any], label: Label) -> Label:
    """Large numbers side by side, options or a list, are private all or none: of several sums one may look private."""
    if label.words or not label.whole:
        return label
    numbers = (str(value) for value in values if isinstance(value, str | int | float))
    return label if all(find(one, label) for one in numbers if _LARGE.fullmatch(one)) else FIGURE


def _spans(plain: str, label: Label) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of all that may be private; they may overlap."""
    shift = len(label.words)
    read = label.words + plain
    for kind, start, end in chain(emails(read), numbers(read), postal(read)):
        if start >= shift:
            yield kind, start - shift, end - shift
    if label.whole:
        bare = len(plain.strip())
        yield from (span for span in valid(plain) if label.words or span[2] - span[1] == bare)


def _highest(texts: Any) -> Counter[str]:
    """The highest number of each mask that stands in the texts."""
    last: Counter[str] = Counter()
    for text in _strings(texts):
        for name, number in _MASK.findall(text) if "[" in text else ():
            last[name] = max(last[name], int(number))
    return last


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings((*value, *value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _narrow(text: str) -> str:
    wide = not text.isascii() and (_WIDE.search(text) or _SPACED.search(text))
    return text.translate(_NARROW) if wide else text
