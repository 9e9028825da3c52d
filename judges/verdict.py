"""What a judge says: a Verdict on an answer or a trace, a Score on one criterion.

`value` has three states. None means undecided: it is never counted as wrong, never averaged, always counted.

    Verdict(True, "equal", extracted="17%", method="rule")
    Verdict(None, "gold_missing", extracted=None, method="rule")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Vote = Literal[0, 1] | None

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # right
        "equal": "the answer equals the gold, rounded to the gold's own precision",
        "equal_rounded": "the gold equals the answer, rounded to the answer's precision (3 significant digits or more)",
        "equal_truncated": "the gold is the answer cut off, not rounded, at the gold's precision",
        "equal_percent_sign": "equal but for a percent sign that only one of the two carries",
        "equal_sign_in_words": "equal, the minus of one said in words by the other, or asked for by the question",
        "within_tolerance": "within the policy's relative tolerance of the gold",
        "equal_choice": "the same option, or the same set of options",
        "equal_boolean": "the same yes or no",
        "equal_label": "the same label, or the same set of labels",
        "equal_text": "the same text but for width, case, script, spaces and punctuation",
        # wrong
        "number_differs": "another number",
        "choice_differs": "another option, or another set of options",
        "boolean_differs": "the opposite answer",
        "label_differs": "another label, or another set of labels",
        "span_differs": "the proper name of another",
        "unit_differs": "the answer and the gold name different currencies, or units of different things",
        # undecided: about the gold
        "gold_missing": "the source gives no gold answer",
        "gold_unusable": "the gold cannot be read as an answer of its kind",
        "gold_conflict": "the source's two golds contradict each other, and the answer may equal one of them",
        # undecided: about the answer
        "answer_missing": "no final answer was found in the reply",
        "answer_unreadable": "the final answer cannot be read as an answer of the question's kind",
        "several_quantities": "the final answer holds several different numbers",
        "precision_too_low": "the answer rounds to the gold, but with fewer than 3 significant digits",
        "near_miss": "within 0.2 % of the gold (the policy's `near`), not equal: rounded on the way, or another answer",
        "last_digit": "less than one off in the last place of a gold of one or two digits: rounded, cut off, or wrong",
        "answers_disagree": "the reply gives several answers that disagree; the detail names them",
        "hedged": "the number is denied or only bounded: not 12, more than 12",
        "percent_sign": "equal but for a percent sign that only one side carries, and the policy does not forgive it",
        "range_unclear": "a single value against a range that holds it, or two ranges that overlap",
        "order_unclear": "the gold's values in another order",
        "date_unclear": "a month against a day of it, or a day and month that may be the other way round",
        "unit_unclear": "days against months, or a $ against another dollar",
        "sign_in_words": "the same number with the other sign, and words on one side say decrease, loss or the like",
        "scale_unclear": "the numbers differ by a power of a thousand, and only one names its scale",
        "letter_contradicts_text": "the option's letter and the text beside it name different options",
        "needs_model": "rules do not decide answers of this kind",
        # by the answer judge, a model
        "judged_right": "the answer judge says right; the detail is its reason",
        "judged_wrong": "the answer judge says wrong; the detail is its reason",
        "judged_unclear": "the answer judge cannot tell; the detail is its reason",
        # by any judge that is a model
        "judge_unreadable": "the judge's reply could not be read, nor its second one",
        "judge_failed": "the call to the judge failed; the next run asks again",
        # undecided: about the trace
        "truncated": "the trace ends before its answer",
        "empty_reasoning": "the reply holds no reasoning",
        "empty_answer": "the reply holds reasoning but no answer",
        "refusal": "the model declined to answer",
        "filtered": "the provider's content filter kept the reply back",
        "error": "the call failed; the detail holds the server's words, and the next run asks again",
        "pending": "a call was not sent: the run stopped before it, or none was allowed",
        "no_trace": "nobody wrote a trace for this question",
        "no_program": "the question carries no gold program to write out",
        "program_error": "the gold program cannot be executed",
        # round two
        "all_criteria": "every criterion was met",
        "enough_criteria": "as many criteria were met as the recipe asks for",
        "criteria_failed": "not all criteria were met; the detail names them",
        "criteria_undecided": "criteria could not be voted on; the detail names them",
        "judges_good": "as many judges as the recipe asks for call the reasoning good; the detail has the tally",
        "judges_bad": "as many judges as the recipe asks for call the reasoning bad; the detail has the tally",
        "judges_disagree": "the judges disagree; the detail has the tally",
        # gather
        "unreadable": "the source's record cannot be read",
        # screens
        "duplicate": "the same question stands elsewhere in the run; the detail names the better one",
        "near_duplicate": "nearly the same question stands elsewhere in the run; the detail names the better one",
        "duplicate_conflict": "the same question stands elsewhere with another gold: neither can be trusted",
        "overlap": "it, or its document, stands in a benchmark set; the detail names where",
        "language": "in none of the languages that the recipe keeps",
        "too_short": "shorter than the recipe keeps",
        "too_long": "longer than the recipe keeps",
        "missing_reference": "refers to a figure, table or material that is not there",
        "private_data": "holds private data; the detail names the kinds",
        "over_cap": "more than the recipe keeps of its source",
        "over_template": "more than the recipe keeps of one wording, names and numbers left out",
        # filters
        "too_easy": "each of the recipe's small models answers it right",
        "ambiguous": "a model says that it has no single answer; the detail is its reason",
        # conversion of multiple choice into open questions
        "not_multiple_choice": "it has no options, or no gold among them",
        "needs_options": "it cannot be answered, or has more than one answer, without its options",
        "rewrite_unreadable": "the rewriting model's reply could not be read",
        "rewrite_refused": "the rewriting model says that it cannot be asked without its options",
        "rewrite_points_to_options": "the rewriting still speaks of options: which of the following, 以下哪项",
        "rewrite_leaks_option": "the rewriting names what was an option",
        "rewrite_loses_number": "a number of the stem is missing in the rewriting",
        "rewrite_invents_number": "the rewriting has a number that the stem has not",
        "rewrite_loses_name": "a name of the stem is missing in the rewriting",
        "rewrite_invents": "the rewriting says what the stem does not",
        "rewrite_loses_content": "the rewriting leaves out more than half of what the stem says",
        "rewrite_asks_yes_or_no": "the rewriting can be answered by yes or no, and the gold is neither",
        "rewrite_changes_sense": "the rewriting has another negation than the stem, an opposite, or swapped numbers",
        "rewrite_changes_language": "the rewriting is in another language",
        "rewrite_changes_gold": "the answer that comes with the rewriting is not the right option's text",
        # conversion of agent logs into traces
        "no_log": "the question carries no agent log, or not all that a log needs",
        "log_contradicts": "the agents' verdicts contradict the log's final verdict",
        "merge_unreadable": "the merging model's reply could not be read",
        "merge_loses_verdict": "an agent's verdict is missing in the merged reasoning",
        "merge_invents_verdict": "the merged reasoning has a verdict that no agent gave",
        "merge_loses_evidence": "a passage of the merged reasoning tells nothing of its agent's analysis",
        "merge_invents_fact": "the merged reasoning has a number, or a further finding, that nobody gave",
        "merge_misquotes": "the merged reasoning quotes what nobody says in the dialogue",
        "merge_invents_rule": "the merged reasoning cites a rule that the guideline has not",
        "merge_changes_verdict": "the merged answer is not the log's final verdict",
        "merge_residue": "the merged reasoning speaks of the process: agent 2, 修订后",
        "merge_changes_language": "the merged reasoning is in another language",
        "merge_not_first_person": "the merged reasoning is not told in the first person",
        # a release
        "over_config_cap": "more than the release keeps of its source or module",
        "over_mix": "more than its source's or module's share of the release",
        "outside_mix": "of a source or module that the release's mix does not name",
        "pass_rate_out": "the student model answers it right too rarely, or too often; the detail has the rate",
        "pass_rate_unknown": "the student model's answers give no rate: none was decided, or some are missing",
        # any model that filters or converts
        "convert_failed": "the call failed; the detail holds the server's words, and the next run asks again",
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement.

    value: True right or good, False wrong or bad, None undecided.
    reason: a key of REASONS.
    extracted: the final answer as it stood in the reply, or for round two the criteria that decided.
    method: "rule", or the name of the model that judged.
    gold: of several golds the one that decided, and tolerance: the largest gap from it that was allowed, as a plain
    decimal (a percent as a fraction); both None but for numbers.
    detail: in words, what the reason does not say: the answers that disagree, a model's rationale.
    rule: where a model had the last word, the reason for which the rules were undecided.
    """

    value: bool | None
    reason: str
    extracted: str | None = None
    method: str = "rule"
    gold: str | None = None
    tolerance: str | None = None
    detail: str = ""
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion's vote on one trace: 1 met, 0 not met, None cannot tell, with the reason in words."""

    criterion: str
    vote: Vote
    rationale: str
