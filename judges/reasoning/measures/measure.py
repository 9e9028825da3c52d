"""Deterministic numbers about one trace, in both languages and in linear time; no model is asked.

    measure(subject)  ->  {"characters": 1840, ..., "steps": 4, "repeated_sentences": 0.0, ...}

Measures are evidence: they stand beside the votes in the tables, and `rules` votes from them alone. MEASURES says what
each one means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from judges.answers.places import boxes
from judges.reasoning.measures import language, repetition, tells
from judges.reasoning.measures.conclusion import concludes, finished, gold_overlap, wanted_of
from judges.reasoning.measures.cues import CUE_PAIRS
from judges.reasoning.measures.steps import paragraphs, sentences, steps
from judges.reasoning.measures.terms import finance_terms, share, terms, words
from judges.tokens import estimated

MEASURES: Mapping[str, str] = {
    "characters": "length of the reasoning in characters, 0 or more",
    "tokens": "length in tokens, by rule of thumb and no tokeniser: 0.3 an ASCII character, 0.6 any other",
    "paragraphs": "blocks between blank lines, or lines where there is no blank one, count",
    "steps": "numbered items or lines where there are three or more, else sentences, count",
    "sentences": "sentences, count",
    "repeated_sentences": "share of sentences of 12 characters or more that were said before word for word, 0 to 1",
    "repeated_ngrams": "share of runs of 12 words or Chinese characters that occurred before, 0 to 1",
    "repeated_paragraphs": "share of paragraphs of 12 characters or more that were said before word for word, 0 to 1",
    "most_said": "times that the sentence of 12 characters or more that is said most often is said, 1 or more",
    "loop": "times that the most repeated stretch stands in immediate succession, 1 where none does",
    "gold_term_overlap": "share of the standard answer's terms that the reasoning uses, 0 to 1; null without terms",
    "explanation_term_overlap": "share of the terms of the source's explanation that the reasoning uses, 0 to 1; null "
    "without an explanation",
    "question_terms": "distinct terms of the question and its options that the reasoning uses, count",
    "question_term_share": "the share of them that it uses, 0 to 1; null for a question without terms",
    "finance_terms": "distinct terms of finance, out of a fixed list, that the reasoning uses, count",
    "han_share": "share of Chinese characters among these and Latin words of five letters, 0 to 1; null without either",
    "language_kept": "share of the reasoning that is in the question's language, 0 to 1; null without letters",
    "language_switches": "times that the language changes from one sentence to the next, count",
    "foreign": "1 if a sentence or more is neither English nor Chinese, else 0; null without letters",
    "boxes": "boxed answers in the reply after its reasoning, count",
    "concludes_answer": "1 if the reasoning ends with the final answer, 0 with another one; null with none to compare",
    "finished": "1 if the reasoning ends as a sentence does or with the answer, 0 if it breaks off",
    "self_identification": "places where a model names itself or its maker as speaker, count",
    "residue": "leftovers of prompts and rewriting, and mentions of a standard answer that was shown, count",
    "hedges": "second thoughts such as wait, hmm, let me double-check, 不对, 再检查一下, count",
    "hedges_per_1000_tokens": "hedges in a thousand tokens, 0 or more; null for an empty reasoning",
    "instructs_judge": "sentences that tell a judge how to vote, count",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What round two looks at: one trace beside its question.

    answer: the reply's text after its reasoning; final: the final answer cut out of it, or None.
    kind, gold, options, explanation, question, context, language ("en" or "zh"): the question's; context: the tables
    and texts that it is about, "" without any.
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
    context: str = ""


def measure(subject: Subject) -> dict[str, float | None]:
    """All measures of one trace, in the order of MEASURES; None where a measure has nothing to stand on."""
    text = subject.reasoning
    explained = terms(subject.explanation or "")
    asked = terms("\n".join((subject.question, *subject.options.values())))
    said = words(text, CUE_PAIRS, explained, asked, wanted_of(subject.gold, subject.options))
    pieces, blocks = sentences(text), paragraphs(text)
    bare, runs = repetition.bare(pieces), repetition.recurring(said.order)
    languages = language.read(text, said)
    found = tells.read(text, said)
    length = round(estimated(text))
    answer = subject.final, subject.kind, subject.options
    return {
        "characters": len(text),
        "tokens": length,
        "paragraphs": len(blocks),
        "steps": steps(text, pieces),
        "sentences": len(pieces),
        "repeated_sentences": repetition.repeated(pieces, bare),
        "repeated_ngrams": repetition.repeated_runs(said.order, runs),
        "repeated_paragraphs": repetition.repeated(blocks, repetition.bare(blocks)),
        "most_said": repetition.most_said(pieces, bare),
        "loop": repetition.loop(bare, said.order, runs, said.names),
        "gold_term_overlap": gold_overlap(text, said, subject.kind, subject.gold, subject.options, explained),
        "explanation_term_overlap": share(explained, said.known),
        "question_terms": len(asked & said.known),
        "question_term_share": share(asked, said.known),
        "finance_terms": len(finance_terms(text, said)),
        "han_share": languages.han_share,
        "language_kept": languages.kept(subject.language),
        "language_switches": languages.switches,
        "foreign": languages.foreign,
        "boxes": len(boxes(subject.answer).texts),
        "concludes_answer": concludes(text, *answer),
        "finished": finished(text, *answer),
        "self_identification": found.self_identification,
        "residue": found.residue,
        "hedges": found.hedges,
        "hedges_per_1000_tokens": 1000 * found.hedges / length if length else None,
        "instructs_judge": found.instructs_judge,
    }
