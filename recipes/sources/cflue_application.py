"""CFLUE's application records: 25 tasks of financial text, each a whole prompt with what it should be answered with.

One raw record, shortened:
    {"task": "金融文本抽取", "sub_task": "金融事件主体抽取", "input": "", "history": [], "output": "云杉股份",
     "instruction": "请从下面的文本中找出事件的主体。\\n事件：云杉股份公告……\\n主体："}

`instruction` holds task, text and question. A sub-task words all its prompts alike, so that they are cut where its text
begins ("\\n事件：") and where the question about that begins ("\\n问题："): what all of them share stands in the task,
and nothing twice: labels in a list become the options. A prompt without these marks stays whole in the question.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, content_id
from judges.answers import Gold, match
from judges.answers.text import plain
from recipes.sources import exam
from recipes.sources.table import text_of

DEFECTS: Mapping[str, str] = {
    "label_unknown": "the gold is none of the labels that the prompt offers (5 of 125 samples, all of ESG情感分类)",
    "placeholder": "the text is what an empty input form shows (1 of 125 samples)",
}


class _Form(NamedTuple):
    """How a sub-task is read: the answer's kind, and the words before its text and before the question about that."""

    kind: AnswerKind
    text: str = ""
    asked: str = ""


_FORMS: Mapping[str, _Form] = {
    "ESG分类": _Form("label", "公告"),
    "ESG情感分类": _Form("label", "公告"),
    "金融事件分类": _Form("label", "事件"),
    "金融会议业务分类": _Form("label", "会议纪要内容"),
    "金融文档标题分类": _Form("label", "文档标题"),
    "金融行业分类": _Form("label", "研报内容"),
    "银行客服对话意图分类": _Form("label", "客户对话内容"),
    "财报要点审核": _Form("label", "信息披露", "问题"),
    "合规政策审核": _Form("boolean", "法规内容", "合规报告"),
    "金融事件主体抽取": _Form("span", "事件"),
    "金融事件抽取": _Form("span", "资讯"),
    "行业情感信息抽取": _Form("labels", "股评内容"),
    # Which cause has which effect is lost in a set of spans.
    "金融事件因果关系抽取": _Form("text", "事件"),
    "产品相关信息问答": _Form("text", "产品介绍", "问题"),
    "保险文档问答": _Form("text", "保险合同", "问题"),
    "制度政策问答": _Form("text", "政策内容", "问题"),
    "研报观点问答": _Form("text", "研报内容", "问题"),
    "财报内容问答": _Form("text", "财报内容", "问题"),
    "会议内容摘要": _Form("text", "会议内容"),
    "客服对话摘要": _Form("text", "对话内容"),
    "研报标题生成": _Form("text", "研报内容"),
    "资讯标题生成": _Form("text", "资讯内容"),
    "金融术语解释": _Form("text", "金融术语"),
    "金融中英翻译": _Form("text", "中文"),
    "金融英中翻译": _Form("text", "英文"),
}
_OTHER = _Form("text")

# The names that the prompt of 金融事件因果关系抽取 asks for, in its order.
_CAUSAL = {
    f"{key}_{part}": name + what
    for key, name in (("reason", "原因"), ("result", "结果"))
    for part, what in (("type", "类型"), ("product", "产品"), ("industry", "行业"), ("region", "地区"))
}
_QUOTED = re.compile(r"['“]([^'“”]+)['”]")
_LIST = re.compile(r"\[[^\[\]]*\]")
_LISTED = re.compile(r"(?:划分至|类别[:：])([^。\n]+)")
_BETWEEN = re.compile(r"[,，、]|或者|或")
_FRAMED = re.compile(r"问题[:：]\s*(?P<question>.*?)\s*答案[:：]", re.DOTALL)
_PLACEHOLDER = re.compile(r"您至少需输入\d+个字")


def question(record: Mapping[str, Any], corpus: Corpus) -> Question:
    """The record's Question. Raises BadRecord for one without a prompt, and for one with earlier turns."""
    if record.get("history"):
        raise BadRecord("'history' holds earlier turns; records of one turn are read")
    prompt = "\n".join(filter(None, (exam.required(record, "instruction"), text_of(record.get("input")))))
    sub_task = text_of(record.get("sub_task")) or ""
    form = _FORMS.get(sub_task, _OTHER)
    task, context, asked = _cut(prompt, form)
    names = _offered(task) if form.kind == "label" else {}
    task = _LIST.sub("以下选项", task) if names else task
    output = _parsed(record.get("output"))
    gold = written(output) or None
    source_id = content_id(sub_task, prompt)
    return Question(
        **corpus.provenance(source_id),
        group=content_id(context) if context else source_id,
        language="zh",
        task=task,
        question=asked,
        answer_kind=form.kind,
        gold=gold,
        context=context,
        options=names,
        flags=tuple(_flags(gold, form.kind, names, prompt)),
        meta={"task": record.get("task"), "sub_task": sub_task, "output": output},
    )


def _cut(prompt: str, form: _Form) -> tuple[str, str, str]:
    """(task, context, question): the prompt, cut before its text and before the last question about it."""
    start = re.search(rf"\n\s*{form.text}[:：]", prompt) if form.text else None
    if start is None:
        return "", "", prompt
    task, rest = prompt[: start.start()].strip(), prompt[start.start() :].strip()
    found = list(re.finditer(rf"\n\s*{form.asked}[:：]", rest)) if form.asked else []
    place = found[-1].start() if found else 0
    asked = rest[place:].strip()
    framed = _FRAMED.fullmatch(asked)
    return task, rest[:place].strip(), framed["question"] if framed else asked


def _offered(task: str) -> dict[str, str]:
    """The labels that a prompt offers, under their numbers: those in quotes, else those listed behind a colon."""
    listed = _LISTED.search(task)
    names = _QUOTED.findall(task) or (_BETWEEN.split(listed[1]) if listed else [])
    return {str(number): name for number, name in enumerate(dict.fromkeys(filter(None, map(str.strip, names))), 1)}


def _parsed(output: Any) -> Any:
    """The output; where it is a list or mapping written as JSON or as a Python literal, that. Never evaluated."""
    if isinstance(output, str) and output.strip().startswith(("[", "{")):
        for parse in (json.loads, ast.literal_eval):
            try:
                return parse(output.strip())
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
    return output


def written(output: Any) -> str:
    """An output as the prompts ask for it: one "name: value" a line, what is empty left out.

    written({"新能源": "正向"})                              ->  "新能源: 正向"
    written([{"role": "减持方", "argument": "某股东"}, ...])    ->  "减持方: 某股东\\n..."
    written([{"reason_type": "地震", "reason_region": ""}])  ->  "原因类型: 地震"
    """
    if isinstance(output, list | tuple):
        parts = [part for member in output if (part := written(member))]
        return ("\n\n" if any("\n" in part for part in parts) else "\n").join(parts)
    if not isinstance(output, Mapping):
        return text_of(output) or ""
    if "role" in output and "argument" in output:
        return f"{output['role']}: {text}" if (text := text_of(output["argument"])) else ""
    ordered = [*(key for key in _CAUSAL if key in output), *(key for key in output if key not in _CAUSAL)]
    return "\n".join(f"{_CAUSAL.get(key, key)}: {text}" for key in ordered if (text := text_of(output[key])))


def _flags(gold: str | None, kind: AnswerKind, names: Mapping[str, str], prompt: str) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    else:
        if match(gold, Gold(kind, gold, options=names)).reason == "gold_unusable":
            yield "gold_unusable"
        if names and plain(gold) not in map(plain, names.values()):
            yield "label_unknown"
    if _PLACEHOLDER.search(prompt):
        yield "placeholder"
