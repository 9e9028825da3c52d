"""The card of a dataset: facts in, Markdown out, in English for the Hub's README.md and in Chinese beside it.

dataset_card(facts, "en")                  ->  "---\\nlicense: mit\\n...---\\n\\n# Fin-R1-Data\\n..."
dataset_card(facts, "zh", "请先联系我们。")  ->  the same in Chinese, without YAML, with a note
"""

import re
from typing import Any

from huggingface_hub import DatasetCard

from cards.facts import DatasetFacts, Part
from cards.fin_r1 import PAPER
from cards.hub import metadata
from cards.limits import limits, non_commercial, unlicensed, unpriced, unsaid
from cards.markdown import without_comments
from cards.notes import with_notes
from cards.numbers import in_words, tables
from cards.render import render
from cards.words import Language, words

_DUPLICATES = ("duplicate", "near_duplicate", "duplicate_conflict")


def dataset_card(facts: DatasetFacts, language: Language, notes: str = "") -> str:
    """The card of one version. notes: what publishers wrote by hand; it stands between the marks of cards.notes.

    The same facts and notes give the same text. Every number of it is in the facts, or a sum or ratio of theirs; the
    English card begins with the Hub's YAML.
    """
    text = render(f"dataset.{language}.md.j2", **_values(facts, language))
    if language == "en":
        text = str(DatasetCard(f"---\n{without_comments(metadata(facts).to_yaml())}\n---\n\n{text}"))
    return with_notes(text, notes)


def _values(facts: DatasetFacts, language: Language) -> dict[str, Any]:
    """All that the templates name: the facts, their tables, and what is told of them in prose."""
    facts = in_words(facts, words(language))
    citations = list(dict.fromkeys(source.citation for source in facts.sources if source.citation))
    votes = {votes.judge: votes.sits for votes in facts.votes}
    return {
        "facts": facts,
        "title": facts.title or facts.name,
        "tables": tables(facts, words(language)),
        "limits": limits(facts),
        "paper": PAPER,
        "first": _first(facts),
        "folder": re.sub(r"[^\w.-]", "-", facts.name) if facts.repo else ".",
        "citekey": re.sub(r"\W+", "-", f"{facts.name} v{facts.version}".lower()),
        "silent": [judge for judge, sits in votes.items() if not sits],
        "labels": {reason.label for reason in facts.reasons},
        "duplicated": sum(reason.rows for reason in facts.reasons if reason.code in _DUPLICATES),
        "undecided": sum(source.answer_undecided + source.reasoning_undecided for source in facts.sources),
        "unfinished": sum(source.pending + source.failed for source in facts.sources),
        "waiting": sum(source.pending for source in facts.sources),
        "accepted": [source for source in facts.sources if source.accepted],
        "citations": [text for text in citations if not text.startswith("@")],
        "bibtex": [text for text in citations if text.startswith("@")],
        "terms": list(dict.fromkeys((spent.model, spent.terms) for spent in facts.spent if spent.terms)),
        "non_commercial": non_commercial(facts),
        "unlicensed": unlicensed(facts),
        "unsaid": unsaid(facts),
        "unpriced": unpriced(facts),
    }


def _first(facts: DatasetFacts) -> Part:
    """The part that examples load: of sft, or of whatever has rows. Raises ValueError for a release without rows."""
    parts = sorted((part for part in facts.parts if part.rows), key=lambda part: part.config != "sft")
    if not parts:
        raise ValueError(f"{facts.name} v{facts.version} has no rows, so there is nothing to write a card of")
    return parts[0]
