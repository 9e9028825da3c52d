"""What a report's codes are called in English and Chinese, where `cards.words` has no words for them.

NAMES["unfounded"]  ->  ("from nowhere", "无出处")
"""

from collections.abc import Mapping
from typing import get_args

from cards.words import words
from curate.calibration import GOOD
from curate.report.fates import DESTINATIONS, PLACES
from judges.reasoning.criteria import FIN_R1
from judges.reasoning.grounding import Place

_EN, _ZH = words("en"), words("zh")

PLACES_OF_NUMBERS = get_args(Place)
PROPERTIES: Mapping[str, tuple[str, str]] = {
    "answer_kind": ("answer kind", "题型"),
    "language": ("language", "语言"),
    "module": ("module", "模块"),
    "licence": ("licence", "许可"),
}
# Columns of the view `funnel`, under what they belong to.
STAGES = (
    (("read", "读入"), ("records", "unreadable", "questions", "flagged", "dropped")),
    (("unfinished", "未完成"), ("untraced", "pending", "failed")),
    (("answer", "答案"), ("answer_right", "answer_wrong", "answer_undecided")),
    (("reasoning", "推理"), ("reasoning_good", "reasoning_bad", "reasoning_undecided")),
    (("went to", "去向"), ("sft", "rl", "rejects")),
)
NAMES: Mapping[str, tuple[str, str]] = {
    **{one.name: (one.en.title, one.zh.title) for one in FIN_R1.criteria},
    GOOD: ("good trace", "整条推理"),
    **{name: PLACES[name] for name in DESTINATIONS},
    # values of calculations and of verdicts
    "right": ("right", "正确"),
    "wrong": ("wrong", "错误"),
    "undecided": ("undecided", "未定"),
    # places of numbers
    "given": ("given in the question", "题目给出"),
    "derived": ("derived by a calculation", "计算得出"),
    "constant": ("constant", "常数"),
    "miscalculated": ("miscalculated", "算错"),
    "unfounded": ("from nowhere", "无出处"),
    # stages of a run, and of the view `funnel`
    "reading": ("reading and screening", "读取与筛查"),
    "curating": ("curating", "逐题处理"),
    "tables": ("writing tables", "写表"),
    "records": ("records", "记录"),
    "unreadable": ("unreadable", "无法读取"),
    "questions": ("questions", "题目"),
    "flagged": ("flagged", "有标记"),
    "dropped": ("dropped", "筛除"),
    "untraced": ("no reasoning", "无推理"),
    "pending": ("waiting", "等待调用"),
    "failed": ("failed calls", "调用失败"),
    "answer_right": ("right", "正确"),
    "answer_wrong": ("wrong", "错误"),
    "answer_undecided": ("undecided", "未定"),
    "reasoning_good": ("good", "合格"),
    "reasoning_bad": ("bad", "不合格"),
    "reasoning_undecided": ("undecided", "未定"),
    "yours": ("your own", "自备"),
    # why a run ended early
    "budget": ("stopped at the budget", "因预算用尽而停止"),
    "interrupted": ("stopped by Ctrl-C", "被 Ctrl-C 中断"),
    "no_calls": ("nothing was sent (--no-calls)", "未发出调用（--no-calls）"),
}

# As judges.reasoning.MEASURES, but each to be read by itself.
MEASURED: Mapping[str, tuple[str, str]] = {
    "characters": ("characters of the reasoning", "推理的字符数"),
    "tokens": (
        "tokens, by rule of thumb: 0.3 an ASCII character, 0.6 any other",
        "估算的 token 数，不用分词器：ASCII 字符计 0.3，其他字符计 0.6",
    ),
    "paragraphs": ("blocks between blank lines, or lines where there is none", "以空行分隔的段落数，没有空行时按行计"),
    "steps": (
        "numbered items or lines where there are three or more, else sentences",
        "步骤数：编号项或行不少于三个时以此计，否则按句计",
    ),
    "sentences": ("sentences", "句数"),
    "repeated_sentences": (
        "share of sentences of 12 characters or more that were said before word for word",
        "12 字以上的句子中，与前文逐字相同的占比",
    ),
    "repeated_ngrams": (
        "share of runs of 12 words or Chinese characters that occurred before",
        "连续 12 个词（汉字）的片段中，前文已出现过的占比",
    ),
    "repeated_paragraphs": (
        "share of paragraphs of 12 characters or more that were said before word for word",
        "12 字以上的段落中，与前文逐字相同的占比",
    ),
    "most_said": (
        "times that the sentence of 12 characters or more that is said most often is said",
        "12 字以上的句子中，重复最多的一句出现的次数",
    ),
    "loop": (
        "times that the most repeated stretch stands in immediate succession, 1 where none does",
        "同一片段首尾相接地连续出现的最多次数，没有则为 1",
    ),
    "gold_term_overlap": (
        "share of the standard answer's terms that the reasoning uses",
        "标准答案的术语中，推理用到的占比",
    ),
    "explanation_term_overlap": (
        "share of the terms of the source's explanation that the reasoning uses",
        "来源解析的术语中，推理用到的占比",
    ),
    "question_terms": (
        "distinct terms of the question and its options that the reasoning uses",
        "题目和选项的术语中，推理用到的个数",
    ),
    "question_term_share": (
        "share of the terms of the question and its options that the reasoning uses",
        "题目和选项的术语中，推理用到的占比",
    ),
    "finance_terms": (
        "distinct terms of finance, out of a fixed list, that the reasoning uses",
        "推理用到的金融术语个数（按固定词表）",
    ),
    "han_share": (
        "share of Chinese characters among these and Latin words of five letters",
        "汉字占汉字与拉丁词（每五个字母计一词）之和的比例",
    ),
    "language_kept": ("share of the reasoning that is in the question's language", "推理中与题目同语言的比例"),
    "language_switches": (
        "times that the language changes from one sentence to the next",
        "相邻两句之间切换语言的次数",
    ),
    "foreign": (
        "1 if a sentence or more is neither English nor Chinese, else 0",
        "有整句既非英文也非中文则为 1，否则为 0",
    ),
    "boxes": ("boxed answers in the reply after its reasoning", "推理之后的回答中，带方框答案的个数"),
    "concludes_answer": (
        "1 if the reasoning ends with the final answer, 0 with another one",
        "推理以最终答案收尾为 1，以另一个答案收尾为 0",
    ),
    "finished": (
        "1 if the reasoning ends as a sentence does or with the answer, 0 if it breaks off",
        "推理以完整的句子或答案收尾为 1，中途断掉为 0",
    ),
    "self_identification": (
        "places where a model names itself or its maker as speaker",
        "模型以说话人身份提到自己或其开发者的次数",
    ),
    "residue": (
        "leftovers of prompts and rewriting, and mentions of a standard answer that was shown",
        "提示词或改写过程的残留，以及提到“标准答案”的次数",
    ),
    "hedges": (
        "second thoughts such as wait, hmm, let me double-check, 不对",
        "犹豫和回头检查的次数，如 wait、hmm、不对、再检查一下",
    ),
    "hedges_per_1000_tokens": ("second thoughts in a thousand tokens", "每千 token 的犹豫次数"),
    "instructs_judge": ("sentences that tell a judge how to vote", "要求评审如何投票的句子数"),
    "calculations": ("calculations written out", "写出的算式数"),
    "calculations_right": ("calculations that are right at their written precision", "按所写精度正确的算式数"),
    "calculations_wrong": ("calculations that are wrong; undecided ones are not counted", "错误的算式数，不含未定的"),
    "largest_error": ("largest relative error of a wrong calculation", "错误算式的最大相对误差"),
    "numbers": (
        "numbers, each mention, without years and numbers of lists",
        "数字的个数，每次提及都计，不含年份和编号",
    ),
    "numbers_given": ("numbers that stand in the question, its context or options", "出自题目、材料或选项的数字"),
    "numbers_derived": ("numbers that calculations give which are not wrong", "由未算错的算式得出的数字"),
    "numbers_constant": ("small whole numbers and constants such as 12, 100, 365", "小整数和常数，如 12、100、365"),
    "numbers_miscalculated": ("numbers that wrong calculations give", "由算错的算式得出的数字"),
    "numbers_unfounded": ("numbers from nowhere", "没有出处的数字"),
    "numbers_misread": (
        "numbers from nowhere that are a digit or a swap from one of the question's",
        "无出处的数字中，与题目某数仅差一位或两位对调的个数",
    ),
    "founded": ("share of numbers that are given, derived or constants", "数字中有出处（题目给出、算出或常数）的占比"),
}


def called(code: str) -> tuple[str, str]:
    """A code in both languages; one without words stands for itself."""
    return NAMES.get(code) or (_EN(code), _ZH(code))


def stage(name: str) -> tuple[str, str]:
    """What a stage of the funnel is called by itself: ("answer right", "答案正确")."""
    if name in DESTINATIONS:
        return name, name
    (english, chinese), _ = next(group for group in STAGES if name in group[1])
    before = (f"{english} ", chinese) if english in ("answer", "reasoning") else ("", "")
    return before[0] + called(name)[0], before[1] + called(name)[1]


def model_named(published: str) -> tuple[str, str]:
    """A model as it may be shown (`curate.identity.published`), "NAME at HOST" where it runs on a server."""
    name, at, host = published.rpartition(" at ")
    if not at:
        return published, published
    return published, _ZH("{model} at {host}").format(model=name, host=_ZH(host, host))


def measured(name: str) -> tuple[str, str]:
    """What a measure counts, in both languages; "" for one that is not ours."""
    return MEASURED.get(name, ("", ""))
