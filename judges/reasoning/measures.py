"""Deterministic numbers about one trace, in both languages and in linear time; no model is asked.

    measure(subject)  ->  {"steps": 4, "repeated_sentences": 0.0, "gold_term_overlap": 1.0, ...}

Measures are evidence: they stand beside the votes in the tables, and `rules` votes from them alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from judges.answers import Gold, match
from judges.answers.boolean import boolean
from judges.answers.choice import letters, named
from judges.answers.places import boxes
from judges.answers.quantity import distinct, quantities
from judges.answers.statements import stated
from judges.answers.text import HAN
from judges.reasoning.terms import finance_terms, terms, tokens, vocabulary

_LATIN = re.compile(r"[A-Za-z]")
_NUMBERED = re.compile(
    r"(?:\**(?:step\s*)?\d{1,2}\s*[.):：、]|(?:第[一二三四五六七八九十\d]+步)|[-*•]\s)", re.IGNORECASE
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")
_FINISHED = re.compile(r"[.!?。！？)）\]】}\"”'`*%|$]\s*$|\d\s*$")
_TAIL = 400  # where a reasoning concludes
_LATE = 4000  # where it states its results
_NGRAM = 12
_ECHO_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """What round two looks at: one trace beside its question.

    answer: the reply's text after its reasoning; final: the final answer cut out of it, or None.
    kind, gold, options, explanation, question, language ("en" or "zh"): the question's.
    boxed_asked: whether the instruction asked for a box (it is ours to know only for traces that we had written).
    right: round one's verdict.
    """

    reasoning: str
    answer: str
    final: str | None
    kind: str
    gold: str | None
    question: str
    explanation: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    boxed_asked: bool = True
    right: bool | None = None


def measure(subject: Subject) -> dict[str, float | None]:
    """All measures of one trace; None where a measure has nothing to stand on. Shares lie between 0 and 1."""
    sentences = [piece for raw in _SENTENCES.split(subject.reasoning) if (piece := raw.strip())]
    words = tokens(subject.reasoning)
    said = vocabulary(subject.reasoning)
    return {
        "characters": len(subject.reasoning),
        "steps": _steps(subject.reasoning, sentences),
        "sentences": len(sentences),
        "repeated_sentences": _repeated_sentences(sentences),
        "repeated_ngrams": _repeated_ngrams(words),
        "gold_term_overlap": _gold_term_overlap(subject, said),
        "question_terms": len(terms(subject.question) & said),
        "finance_terms": len(finance_terms(subject.reasoning, said)),
        "han_share": _han_share(subject.reasoning),
        "boxes": len(boxes(subject.answer).texts),
        "concludes_answer": _concludes_answer(subject),
        "finished": _finished(subject),
    }


def _steps(reasoning: str, sentences: list[str]) -> int:
    """Numbered items where there are three or more, else paragraphs or lines, else the sentences of a single block."""
    lines = [line for line in reasoning.splitlines() if line.strip()]
    numbered = sum(1 for line in lines if _NUMBERED.match(line.strip()))
    return numbered if numbered >= 3 else len(lines) if len(lines) >= 2 else len(sentences)


def _repeated_sentences(sentences: list[str]) -> float:
    """Share of sentences that were said before, word for word; short ones ("Wait.") are not counted."""
    long = [re.sub(r"\s+", "", sentence).casefold() for sentence in sentences if len(sentence) >= _ECHO_LENGTH]
    return 1 - len(set(long)) / len(long) if long else 0.0


def _repeated_ngrams(words: list[str]) -> float:
    """Share of runs of 12 words (or Chinese characters) that occurred before."""
    runs = len(words) - _NGRAM + 1
    if runs < 1:
        return 0.0
    return 1 - len(set(zip(*(words[offset:] for offset in range(_NGRAM)), strict=False))) / runs


def _gold_term_overlap(subject: Subject, words: set[str]) -> float | None:
    """Share of the standard answer's terms that the reasoning uses.

    A gold without terms counts by itself: a number by its value, 1 where the reasoning states it, a yes or 是 by the
    word. Failing these, the explanation's terms count.
    """
    gold = " ".join(_gold_texts(subject))
    if wanted := terms(gold):
        return len(wanted & words) / len(wanted)
    if _states(gold, subject.reasoning, words):
        return 1.0
    wanted = terms(subject.explanation or "")
    return len(wanted & words) / len(wanted) if wanted else None


def _states(gold: str, reasoning: str, words: set[str]) -> bool:
    """Does the reasoning hold the gold's number, or for a gold without numbers its words?"""
    if not (golds := quantities(gold)):
        own = set(tokens(gold))
        return bool(own) and own <= words
    written = quantities(reasoning[-_LATE:])
    # With and without its percent sign: one step of a reasoning says 6.9, another 6.9 %.
    wanted = {abs(golds[0].plain), abs(golds[0].value)}
    found = {abs(number) for item in written for number in (item.plain, item.value)}
    return any(abs(one - other) <= other / 1000 for one in found for other in wanted)


def _gold_texts(subject: Subject) -> list[str]:
    """The texts of the options that the gold names, or the gold itself."""
    if subject.gold is None:
        return []
    chosen = named([subject.gold], subject.options) if subject.options else []
    return [subject.options[letter] for letter in sorted(chosen[0])] if chosen else [subject.gold]


def _finished(subject: Subject) -> float:
    """1 if the reasoning ends as a sentence does, or with the answer itself: "so the answer is B", 利润为12亿元."""
    tail = subject.reasoning[-_TAIL:].rstrip()
    return float(
        bool(_FINISHED.search(tail)) or _concludes_answer(replace(subject, reasoning=_last_sentence(tail))) == 1
    )


def _last_sentence(text: str) -> str:
    return next((piece for piece in reversed(_SENTENCES.split(text)) if piece.strip()), "")


def _han_share(text: str) -> float | None:
    """Share of Han characters among these and Latin words (five letters a word); None without either."""
    han, latin = len(HAN.findall(text)), len(_LATIN.findall(text)) / 5
    return han / (han + latin) if han or latin else None


def _concludes_answer(subject: Subject) -> float | None:
    """1 if the reasoning's own conclusion is the final answer, 0 if it states another one, None if it states none."""
    if subject.final is None:
        return None
    tail = subject.reasoning[-_TAIL:]
    boxed = boxes(tail).texts
    conclusion = boxed[-1] if boxed else stated(tail)
    final = Gold(subject.kind, subject.final, options=subject.options)
    if conclusion is not None and (verdict := match(conclusion, final).value) is not None:
        return float(verdict)
    if subject.kind in ("number", "percent"):
        wanted = distinct(quantities(subject.final))
        last = quantities(tail)
        if len(wanted) == 1 and any(match(f"{item.value}{'%' if item.percent else ''}", final).value for item in last):
            return 1.0
        return None
    return _named_last(subject)


def _named_last(subject: Subject) -> float | None:
    """1 if the last sentence names the final choice, or says the final yes or no, and nothing beside it."""
    last, final = _last_sentence(subject.reasoning[-_TAIL:]), subject.final or ""
    if subject.kind == "boolean":
        clauses = re.split(r"[,，;；:：]|\b(?:so|is|are)\b|所以|因此|应为|是否", last)
        said = {truth for clause in clauses if (truth := boolean(clause)) is not None}
        return 1.0 if said == {boolean(final, subject.options)} else None
    if isinstance(chosen := letters(final, subject.options), str):
        return None
    alone = set(re.findall(r"(?<![A-Za-z])[A-H](?![A-Za-z'’])", last)) & subject.options.keys()
    by_text = {letter for letter, text in subject.options.items() if len(text) > 1 and text in last}
    return 1.0 if alone | by_text == chosen else None
