"""Does a question, or the page that it is asked about, stand in a benchmark set? By document, by text, by numbers.

    benchmarks = Benchmarks()
    benchmarks.add(question, documents=True)               # each item of FinQA's test set
    benchmarks.hit(other, documents=True)                  # Hit("finqa:AES/2010/page_225.pdf-3", "the same document")

A page counts as the same where half of its n-grams (13 words, 8 Chinese characters) and most of its own numbers stand
in the other text: pages of one company share sentences for years, so that one n-gram is no proof. A question is too
short for that, and often a formula: it needs a witness beside it (its options, its answer, a part of its page).
"""

import hashlib
from dataclasses import dataclass, replace

from curate.records import Question
from curate.screen.overlap_grams import Index, Shared, Signature, signature
from curate.screen.overlap_question import Questions, said

_FORM = 30  # what stands in the pages of more groups than this is a form of words, or a common number
_PAGE_WORDS = 64  # a shorter context says too little alone (a tweet, a heading): it counts with its question
_SAME_TEXT, _NEARLY_ALL = 0.5, 0.85
_FEW_GRAMS, _SHORT = 3, 16
_SAME_NUMBERS = 0.65
_SOME_NUMBERS, _MANY_NUMBERS = 4, 6


@dataclass(frozen=True, slots=True)
class Hit:
    """Which benchmark item a question overlaps with, and how, in words."""

    question_id: str
    how: str


class Benchmarks:
    """The signatures of the benchmark sets, about 5 kB an item; of their text only the questions' terms are kept."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}
        self._groups: dict[str, int] = {}
        self._pages: dict[bytes, int] = {}
        self._first: list[str] = []  # page -> the first item that asks about it
        self._text, self._numbers = Index(_FORM), Index(_FORM)
        self._questions = Questions()

    def add(self, question: Question, *, documents: bool) -> None:
        """Adds a benchmark item; documents: whether its group names a published document.

        Raises ValueError after the first `hit`: the index is built then.
        """
        if self._text.built:
            raise ValueError("a benchmark item is added after the first question was compared")
        if documents:
            self._documents.setdefault(question.group, question.id)
        mine = said(question)
        tokens = mine.context if len(mine.context) >= _PAGE_WORDS else mine.all
        digest = hashlib.blake2b(" ".join(tokens).encode(), digest_size=16).digest()
        page = self._pages.setdefault(digest, len(self._first))
        if page == len(self._first):
            self._first.append(question.id)
            group, found = self._groups.setdefault(question.group, len(self._groups)), signature(tokens)
            self._text.add(group, found.text)
            self._numbers.add(group, found.numbers)
        self._questions.add(question.id, page, mine)

    def hit(self, question: Question, *, documents: bool) -> Hit | None:
        """The benchmark item that a question overlaps with, if any: by document, else by page, else by question."""
        if documents and question.group in self._documents:
            return Hit(self._documents[question.group], "the same document")
        mine = said(question)
        pages = _Pages(self._text, self._numbers, signature(mine.all))
        page = pages.same()
        if page is not None:
            return Hit(self._first[page], pages.how(page))
        found = self._questions.alike(mine, pages.part)
        return Hit(*found) if found else None


class _Pages:
    """What one text shares with each of the benchmark's pages."""

    def __init__(self, text: Index, numbers: Index, mine: Signature) -> None:
        self._indexes, self._mine = (text, numbers), mine
        self._text, self._numbers = text.shared(mine.text), numbers.shared(mine.numbers)

    def same(self) -> int | None:
        """The page that stands in the text: of several the one that shares most."""
        near = {page for page, count in self._text.items() if count >= _FEW_GRAMS}
        near |= {page for page, count in self._numbers.items() if count >= _MANY_NUMBERS}
        found = [(-self._text.get(page, 0), page) for page in near if _same(self._of_page(page))]
        return min(found)[1] if found else None

    def part(self, page: int, *, same_question: bool) -> bool:
        """Is the text a part of the page? Where the same question is asked, some of it is enough."""
        mine = self._mine
        sampled = mine.text.sampled or self._indexes[0].sampled(page)
        size = mine.text.size(sampled=sampled)
        shared = Shared(self._text.get(page, 0), size, self._numbers.get(page, 0), len(mine.numbers.hashes))
        if same_question and shared.numbers >= 2 and 2 * shared.numbers >= shared.all_numbers:
            return True
        return shared.text >= _FEW_GRAMS and _same(shared)

    def how(self, page: int) -> str:
        """In words what is shared."""
        shared = self._of_page(page)
        told = f"{shared.text / max(1, shared.all_text):.0%} of its text"
        return f"{told}, {shared.numbers} of its {shared.all_numbers} numbers" if shared.all_numbers else told

    def _of_page(self, page: int) -> Shared:
        text, numbers = self._indexes
        shared = Shared(
            self._text.get(page, 0),
            text.size(page, sampled=self._mine.text.sampled),
            self._numbers.get(page, 0),
            numbers.size(page, sampled=False),
        )
        # A long list of numbers holds a few of any page.
        return replace(shared, numbers=0) if len(self._mine.numbers.hashes) > 10 * shared.all_numbers else shared


def _same(shared: Shared) -> bool:
    """Is most of one text in the other? Where it has numbers of its own they decide: pages of one company that are a
    year apart share up to two thirds of their text, and under half of their numbers (measured on FinQA)."""
    text = shared.text / shared.all_text if shared.all_text >= _FEW_GRAMS else 0.0
    if shared.all_numbers >= _SOME_NUMBERS and shared.numbers >= _SAME_NUMBERS * shared.all_numbers:
        return shared.all_numbers >= _MANY_NUMBERS or text >= _SAME_TEXT
    sure = shared.all_numbers < _SOME_NUMBERS and shared.all_text >= _SHORT
    return text >= (_SAME_TEXT if sure else _NEARLY_ALL)
