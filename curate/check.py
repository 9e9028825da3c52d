"""Round one on a trace: is its answer right?"""

from dataclasses import replace

from curate.records import Question, Trace
from judges.answers import match
from judges.answers.audit import CONTRADICTING
from judges.verdict import Verdict


def check(question: Question, trace: Trace) -> Verdict:
    """The verdict on a trace's final answer. A trace that did not come back whole, and a question whose golds
    contradict each other, leave it undecided by name."""
    if trace.outcome not in ("ok", "empty_reasoning"):
        return Verdict(None, trace.outcome, trace.final)
    if question.gold is None and not question.gold_alternatives:
        return Verdict(None, "gold_missing", trace.final)
    if trace.final is None:
        return Verdict(None, "answer_missing")
    verdict = match(trace.final, question)
    if verdict.value is not False and not CONTRADICTING.isdisjoint(question.flags):
        return replace(verdict, value=None, reason="gold_conflict")
    return verdict
