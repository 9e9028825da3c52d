"""Questions alike: what they ask by their words, and a witness beside it: the options, the answer, a part of the page.

What is asked is a set of terms, words of Latin script and pairs of Han characters, without what examinations and
analysts say everywhere (下列关于...正确的是, what was the ...). So neither order nor punctuation nor the blank count.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise
from math import fsum, log
from typing import Protocol

from curate.records import Question
from curate.screen.overlap_grams import digits
from curate.screen.words import words

Terms = frozenset[str]

_FORMULAS = (
    "下列以下下面上述各项选项之中有关关于对于根据按照不正确的是错误的是不属于包括不包括包含 哪一项哪一个哪项哪个哪些 "
    "以下哪个选项是下列说法表述叙述描述陈述中不准确的有 是指什么请问如何是否应当应该可以主要一般通常其中"
)
_PARTICLES = frozenset("的是了和与及或在中为于")
_COMMON = frozenset(
    "a an the of in on at to for from by with and or as is are was were be been do does did has have had what which "
    "how much many that this these those it its if would will can could should following according s than there".split()
)
_EVERYWHERE = frozenset(one + two for one, two in pairwise(_FORMULAS)) | _COMMON
_SAME, _NEARLY, _ALIKE, _LITTLE = 0.9, 0.75, 0.5, 0.2
_SOME_LETTERS = 4
_ROUNDING = 1e-9
_SOME_TERMS, _MANY_TERMS = 4, 8
_WITNESS = 0.6
_CLOSED_KINDS = ("boolean", "label", "labels")
_CLOSED = 3  # benchmark items with the same options beyond which these are a set of labels, and no witness


@dataclass(frozen=True)
class Said:
    """A question's words, by its parts."""

    question: Question
    context: list[str]
    asked: list[str]
    options: list[str]

    @property
    def all(self) -> list[str]:
        """The words of all parts."""
        return [*self.context, *self.asked, *self.options]

    @cached_property
    def terms(self) -> Terms:
        """What is asked."""
        return terms(self.asked)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's terms, its options' terms, each answer's terms, and whether it is asked about a context."""

    terms: Terms
    options: Terms
    answers: tuple[Terms, ...]
    context: bool


def said(question: Question) -> Said:
    """A question's words."""
    options = words("\n".join(question.options.values())) if question.options else []
    return Said(question, words(question.context) if question.context else [], words(question.question), options)


def terms(tokens: Sequence[str]) -> Terms:
    """The words of Latin script, the numbers, and the pairs of Han characters, but those said everywhere."""
    return frozenset(_terms(tokens)) - _EVERYWHERE


def _terms(tokens: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in tokens:
        if not "\u3400" <= word <= "\u9fff":
            yield digits(word) if "0" <= word < ":" else word
            before = ""
        elif word in _PARTICLES:
            before = ""
        else:
            if before:
                yield before + word
            before = word


def _asked(said: Said) -> Asked:
    options = () if said.question.answer_kind in _CLOSED_KINDS else said.question.options.values()
    told = frozenset(term for option in options for term in terms(words(option)))
    answers = tuple(found for answer in _answers(said.question) if (found := terms(words(answer))))
    return Asked(said.terms, told, answers, bool(said.context))


def _answers(question: Question) -> Iterator[str]:
    if question.answer_kind in _CLOSED_KINDS:
        return  # half of all other questions have the same answer
    gold = question.gold or ""
    if question.options and gold and set(gold) <= question.options.keys():
        yield "\n".join(question.options[letter] for letter in gold)
    elif question.answer_kind not in ("choice", "choices"):
        yield from (gold, *question.gold_alternatives)


class Part(Protocol):
    """Is a text a part of a page?"""

    def __call__(self, page: int, *, same_question: bool) -> bool: ...


class Questions:
    """The benchmark items' questions, found by their rarest terms."""

    def __init__(self) -> None:
        self._items: list[tuple[str, int, Asked]] = []
        self._counts: Counter[str] = Counter()
        self._options: Counter[Terms] = Counter()
        self._weights: dict[str, float] = {}  # by their rarity among the items
        self._by_term: dict[str, list[int]] = {}

    def add(self, question_id: str, page: int, mine: Said) -> None:
        """Adds an item, with the number of its page."""
        asked = _asked(mine)
        self._items.append((question_id, page, asked))
        self._options[asked.options] += 1
        self._counts.update(mine.terms)

    def alike(self, mine: Said, part: Part) -> tuple[str, str] | None:
        """The id of the item that asks the same, and how that shows; part: whether my text is a part of its page."""
        if not self._by_term:
            self._index()
        near = set(chain.from_iterable(self._by_term.get(term, ()) for term in mine.terms))
        ranked = sorted((-share, item) for item in near if (share := self._share(item, mine.terms)) >= _ALIKE)
        whole = _asked(mine) if ranked else None
        for share, item in ranked:
            question_id, page, other = self._items[item]
            if self._options[other.options] > _CLOSED:
                other = replace(other, options=Terms(), answers=())
            if whole and (how := _witness(whole, other, -share, part, page)):
                return question_id, f"{-share:.0%} of its question, {how}"
        return None

    def _share(self, item: int, mine: Terms) -> float:
        """How much of what an item asks is asked, by count and by rarity: an instruction that stands before many
        questions is long, and says nothing."""
        other = self._items[item][2].terms
        shared = mine & other
        by_count = len(shared) / len(other)
        return by_count if by_count < _ALIKE else min(by_count, self._weight(shared) / self._weight(other))

    def _weight(self, terms: Terms) -> float:
        """What terms weigh together; fsum, because a set's order is another in each process."""
        return fsum(map(self._weights.__getitem__, terms))

    def _index(self) -> None:
        """Half of an item's weight is shared only if one of those rarest terms is that make up the other half (the
        prefix filter of Bayardo, Ma and Srikant 2007): the common ones need no index."""
        self._weights = {term: log((len(self._items) + 1) / count) for term, count in self._counts.items()}
        for item, (_, _, one) in enumerate(self._items):
            left = (1 - _ALIKE) * self._weight(one.terms)
            for term in sorted(one.terms, key=lambda term: (self._counts[term], term)):
                self._by_term.setdefault(term, []).append(item)
                left -= self._weights[term]
                if left < -_ROUNDING:
                    break


def _witness(mine: Asked, other: Asked, share: float, part: Part, page: int) -> str | None:
    """What shows, beside their terms, that two questions are the same, in words."""
    back = len(mine.terms & other.terms) / len(mine.terms)
    same = share >= _SAME and back >= _SAME
    if part(page, same_question=same):
        return "asked about a part of its page"
    if mine.options and other.options:
        telling = share >= _NEARLY or sum(map(len, filter(_in_words, mine.options & other.options))) >= _SOME_LETTERS
        return "and its options" if telling and _alike(mine.options, other.options) >= _WITNESS else None
    apart = mine.context and other.context
    answers = [one & two for one in mine.answers for two in other.answers if _alike(one, two) >= _WITNESS]
    if any(_tells(answer, share, back, same=same, apart=apart) for answer in answers):
        return "and its answer"
    differ = mine.answers and other.answers and not answers
    if same and not apart and len(other.terms) >= (_MANY_TERMS if differ else _SOME_TERMS):
        return "word for word"
    return None


def _tells(answer: Terms, share: float, back: float, *, same: bool, apart: bool) -> bool:
    """Does a common answer say that two questions alike are the same? The more the longer it is."""
    letters = sum(map(len, answer))
    if same:
        return letters > 2 or not apart
    return not apart and (
        (len(answer) > 3 and back >= _LITTLE)
        or (letters > 2 and back >= _ALIKE)
        or (letters > 1 and min(share, back) >= _NEARLY)
    )


def _in_words(term: str) -> bool:
    """Is it more than a number or the name of a statement (Ⅰ, Ⅱ and Ⅳ)?"""
    return not term[0].isdigit() and not set(term) <= set("iv")


def _alike(one: Terms, two: Terms) -> float:
    return len(one & two) / max(1, len(one), len(two))
