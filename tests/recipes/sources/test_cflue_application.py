"""CFLUE's application records: prompts cut without loss, kinds by sub-task, labels offered, lists as golds in words."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import cflue
from recipes.sources.cflue_application import written

MOODS = "把这条公告的情绪划分至正面、中性或者负面。只写类别。"
EVENTS = "这件事属于哪一类？类别包括：['业绩下滑' '债务违约'\n '股权质押']。只选一个。"
TITLES = "只看标题，这份文档属于哪个类别:规章制度,公司公告,研究报告"
ROLES = "请抽取下列实体：['增持方', '金额']，没有则返回”“。\n输出样例：\nkey1: value1"
INCREASE = "[{'role': '增持方', 'argument': '甲'}, {'role': '金额', 'argument': '1,200万'}]"


def load(sub_task: str, instruction: str, output: Any, **changes: Any) -> Question:
    record = {
        "task": "金融文本",
        "sub_task": sub_task,
        "instruction": instruction,
        "input": "",
        "output": output,
        "history": [],
        **changes,
    }
    corpus = Corpus("cflue", "CC-BY-NC-SA-4.0", split="test", module="professional_knowledge")
    (question,) = cflue.questions(Row(record, "application.json", 1), corpus, cflue.Options())
    return question


def mood(output: Any = "正面") -> Question:
    return load("ESG情感分类", f"{MOODS}\n公告：云杉股份净利润大增。\n分类结果：", output)


def test_a_prompt_is_cut_where_its_text_begins() -> None:
    question = mood()
    assert question.task == MOODS
    assert question.question == "公告：云杉股份净利润大增。\n分类结果："
    assert (question.context, question.answer_kind, question.gold) == ("", "label", "正面")
    assert (question.source, question.split, question.language) == ("cflue", "test", "zh")
    assert question.group == question.source_id
    assert question.meta == {"task": "金融文本", "sub_task": "ESG情感分类", "output": "正面"}


def test_a_question_about_a_text_has_the_text_as_its_context() -> None:
    rules = "只按合同回答，合同没有写的，就说不知道。"
    prompt = "请阅读合同，再答复客户：\n保险合同：\n问题：先看释义。\n等待期为90天。\n" + rules
    one = load("保险文档问答", f"{prompt}\n问题：等待期多久？\n答案：", "90天")
    other = load("保险文档问答", f"{prompt}\n问题：从哪天起算？\n答案：", "生效日")
    assert one.task == "请阅读合同，再答复客户："
    assert one.context == "保险合同：\n问题：先看释义。\n等待期为90天。\n" + rules
    assert (one.question, other.question) == ("等待期多久？", "从哪天起算？")
    assert one.group == other.group
    assert one.id != other.id
    assert one.answer_kind == "text"


@pytest.mark.parametrize(
    ("sub_task", "prompt"),
    [
        ("ESG情感分类", "这条公告是正面、中性还是负面？云杉股份净利润大增。"),
        ("未曾见过的任务", f"{MOODS}\n公告：云杉股份净利润大增。"),
        ("", "请翻译。"),
    ],
)
def test_a_prompt_without_the_marks_stays_whole(sub_task: str, prompt: str) -> None:
    question = load(sub_task, prompt, "正面")
    assert (question.task, question.context, question.question) == ("", "", prompt)
    assert dict(question.options) == {}
    assert match("正面", question).value is True
    assert match("负面", question).value is None


def test_a_list_of_labels_stands_in_the_options_alone() -> None:
    question = load("金融事件分类", f"{EVENTS}\n事件：云杉股份停产。\n分类结果：", "业绩下滑")
    assert question.task == "这件事属于哪一类？类别包括：以下选项。只选一个。"
    assert question.question == "事件：云杉股份停产。\n分类结果："
    roles = load("金融事件抽取", f"{ROLES}\n资讯：云杉股份停产。", "甲")
    assert roles.task == ROLES


def test_an_input_of_its_own_belongs_to_the_prompt() -> None:
    question = load("ESG情感分类", MOODS, "负面", input="公告：云杉股份停产。\n分类结果：")
    assert (question.task, question.question) == (MOODS, "公告：云杉股份停产。\n分类结果：")


@pytest.mark.parametrize(
    ("sub_task", "prompt", "offered"),
    [
        ("ESG情感分类", f"{MOODS}\n公告：甲", ["正面", "中性", "负面"]),
        ("金融事件分类", f"{EVENTS}\n事件：甲", ["业绩下滑", "债务违约", "股权质押"]),
        ("金融文档标题分类", f"{TITLES}\n文档标题：\n甲", ["规章制度", "公司公告", "研究报告"]),
        ("财报要点审核", "请回答“是”、“否”或“未提及”。\n信息披露：甲\n问题：乙\n答案：", ["是", "否", "未提及"]),
        ("金融行业分类", "类别包括：['银行', '保险', '银行']。\n研报内容：甲", ["银行", "保险"]),
        ("金融会议业务分类", "请分类。\n会议纪要内容：甲", []),
        ("金融事件抽取", f"{ROLES}\n\n资讯：甲", []),  # these are no labels
    ],
)
def test_labels_are_those_that_the_prompt_offers(sub_task: str, prompt: str, offered: list[str]) -> None:
    options = load(sub_task, prompt, "甲").options
    assert list(options.values()) == offered
    assert list(options) == [str(number + 1) for number in range(len(offered))]


@pytest.mark.parametrize(
    ("sub_task", "kind"),
    [
        ("金融事件分类", "label"),
        ("财报要点审核", "label"),
        ("合规政策审核", "boolean"),
        ("金融事件主体抽取", "span"),
        ("金融事件抽取", "span"),
        ("行业情感信息抽取", "labels"),
        ("金融事件因果关系抽取", "text"),
        ("金融英中翻译", "text"),
        ("研报观点问答", "text"),
    ],
)
def test_the_kind_follows_the_sub_task(sub_task: str, kind: str) -> None:
    assert load(sub_task, "请回答。", "是").answer_kind == kind


@pytest.mark.parametrize(
    ("question", "flags"),
    [
        (mood("正面"), set()),
        (mood("正向"), {"label_unknown"}),
        (mood("很好"), {"label_unknown", "gold_unusable"}),
        (mood(None), {"gold_missing"}),
        (mood(" "), {"gold_missing"}),
        (load("金融事件抽取", "抽取。\n资讯：表情\n您至少需输入5个字\n抽取结果：", "甲"), {"placeholder"}),
        (load("金融事件抽取", "抽取。\n资讯：甲\n抽取结果：", []), {"gold_missing"}),
        (load("金融事件抽取", "抽取。\n资讯：甲\n抽取结果：", "[{'role': '金额', 'argument': ''}]"), {"gold_missing"}),
        (load("合规政策审核", "法规", "未知"), {"gold_unusable"}),
        (load("金融会议业务分类", "请分类。\n会议纪要内容：甲", "经营"), set()),  # no labels to compare with
    ],
)
def test_defects_are_flagged(question: Question, flags: set[str]) -> None:
    assert set(question.flags) == flags
    assert question.gold != ""
    assert flags <= cflue.INFO.defects.keys()


@pytest.mark.parametrize(
    ("question", "answer", "value"),
    [
        (mood("正向"), "正面", True),  # a gold that is not offered, but of the polarity of one that is
        (mood("正向"), "利好", True),
        (mood("正向"), "负面", False),
        (mood("正面"), "1", True),
        (load("合规政策审核", "审核。\n法规内容：占比≥5%\n合规报告：占比为3%\n是否合规：", "否"), "不合规", True),
        (load("合规政策审核", "审核。\n法规内容：占比≥5%\n合规报告：占比为3%\n是否合规：", "否"), "是", False),
        (load("金融事件主体抽取", "抽取。\n事件：甲\n主体：", "云杉股份有限公司"), "云杉股份有限公司。", True),
        (load("行业情感信息抽取", "抽取", '{"银行": "正向", "白酒": "负向"}'), "白酒：负向，银行:正向", True),
        (load("行业情感信息抽取", "抽取", '{"银行": "正向"}'), "银行: 负向", None),
        (load("金融事件抽取", "抽取", INCREASE), "金额：1,200万\n增持方：甲", True),
        (load("金融事件抽取", "抽取", INCREASE), "金额：1,300万\n增持方：甲", None),
    ],
)
def test_golds_compare(question: Question, answer: str, value: bool | None) -> None:
    assert match(answer, question).value is value


CAUSES = [
    {"result_type": "涨价", "reason_type": "地震", "reason_region": "", "result_product": "铜"},
    {"reason_type": "减产", "result_type": "涨价"},
]


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("云杉股份 ", "云杉股份"),
        (0.6, "0.6"),
        (["甲", " ", "乙"], "甲\n乙"),
        ({"银行": "正向", "白酒": "负向"}, "银行: 正向\n白酒: 负向"),
        ([{"role": "金额", "argument": "3万"}, {"role": "增持方", "argument": "甲"}], "金额: 3万\n增持方: 甲"),
        (CAUSES, "原因类型: 地震\n结果类型: 涨价\n结果产品: 铜\n\n原因类型: 减产\n结果类型: 涨价"),
        ([], ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_outputs_are_written_as_the_prompts_ask(output: Any, text: str) -> None:
    assert written(output) == text


@settings(max_examples=50)
@given(
    st.lists(st.fixed_dictionaries({"role": st.sampled_from(["金额", "增持方"]), "argument": st.text("甲乙 '\"\\n9")}))
)
def test_lists_read_alike_from_values_json_and_python_literals(roles: list[dict[str, str]]) -> None:
    forms: list[Any] = [roles, json.dumps(roles), repr(roles)]
    assert len({load("金融事件抽取", "抽取", form).gold for form in forms}) == 1


@pytest.mark.parametrize("output", ["[未完", "{'a': open('x')}", "[" * 100_000, "[1, 2"])
def test_what_is_no_literal_stays_text(output: str) -> None:
    question = load("研报观点问答", "甲", output)
    assert question.gold == output
    assert question.meta["output"] == output


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"instruction": ""}, "instruction"),
        ({"instruction": None}, "instruction"),
        ({"history": [["问", "答"]]}, "turns"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(**{"sub_task": "ESG分类", "instruction": "甲", "output": "乙", **changes})


def test_the_real_samples_load_whole(data: Path) -> None:
    found = {}
    for row in rows(data / "cflue" / "application.json", "application.json"):
        assert isinstance(row, Row)
        (question,) = cflue.questions(row, Corpus("cflue", "CC-BY-NC-SA-4.0"), cflue.Options())
        found[question.id] = question
        told = "".join((question.task, question.context, question.question, *question.options.values()))
        lost = Counter("".join(row.value["instruction"].split())) - Counter("".join(told.split()))
        assert set(lost - Counter("问题：答案：")) <= set("[', ]"), question.id
        assert match(str(question.gold), question).value is True
    questions = list(found.values())
    assert len(questions) == 125
    assert set(Counter(question.meta["sub_task"] for question in questions).values()) == {5}
    assert len({question.meta["sub_task"] for question in questions}) == 25
    kinds = Counter(question.answer_kind for question in questions)
    assert kinds == {"text": 65, "label": 40, "span": 10, "boolean": 5, "labels": 5}
    flags = Counter(flag for question in questions for flag in question.flags)
    assert flags == {"label_unknown": 5, "placeholder": 1}
    assert all(question.task and question.question for question in questions)
    assert all(bool(question.options) == (question.answer_kind == "label") for question in questions)
    numbers = {question.meta["sub_task"]: len(question.options) for question in questions if question.options}
    assert (numbers["银行客服对话意图分类"], numbers["金融事件分类"], numbers["金融行业分类"]) == (77, 27, 76)
