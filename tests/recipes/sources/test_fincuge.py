"""FinCUGE's nine tasks: lists to questions, golds that the matcher decides by, defects named, files counted whole."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import fincuge

CORPUS = Corpus("fincuge", "unknown", module="reasoning_business")
NEWS = "甲公司公告，拟以5,000万元收购乙公司与丙公司，质押给和信贷。"

RECORDS: dict[str, list[Any]] = {
    "finfe": ["又补仓了，看好明天", 2],
    "finne": ["公司的增长\\xa0远没有被验证", "0.0"],
    "finnl": ["某市发布新能源补贴政策", "中国 政策 能源"],
    "finre": ["甲公司", "乙银行", "被持股", "<N>月，乙银行持有甲公司股份。"],
    "finese": ["100001", "甲公司董事长失联，股价下跌", "不能履职", "甲公司"],
    "finnsp": ["0a1b2c3d", "甲平台停止提现", "甲平台停止提现，乙银行回应称无关。", "甲平台;乙银行", "1", "甲平台"],
    "finna": ["甲公司拟收购乙公司", NEWS],
    "finqa": [f"企业收购事件对应的被收购方是什么？{NEWS}", "乙公司,丙公司"],
    "fincqa": ["下文中供给减少导致市场价格提升事件对应的结果涉及的产品是？玉米减产###价格上涨", "玉米"],
}


def load(task: str, value: Any, file: str = "train_list.json", options: fincuge.Options | None = None) -> Question:
    (question,) = fincuge.questions(Row(value, file, 1, task), CORPUS, options or fincuge.Options())
    return question


def changed(task: str, place: int, value: Any) -> list[Any]:
    return [value if index == place else field for index, field in enumerate(RECORDS[task])]


@pytest.mark.parametrize(
    ("task", "kind", "gold", "question", "context"),
    [
        ("finfe", "label", "积极", "又补仓了，看好明天", ""),
        ("finne", "label", "消极", "公司的增长 远没有被验证", ""),
        ("finnl", "labels", "中国、政策、能源", "某市发布新能源补贴政策", ""),
        ("finre", "label", "被持股", "“甲公司”对“乙银行”是什么关系？", "<N>月，乙银行持有甲公司股份。"),
        ("finese", "span", "甲公司", "“不能履职”事件的主体是什么？", "甲公司董事长失联，股价下跌"),
        ("finnsp", "labels", "甲平台", "下列哪些是文中负面消息的主体？", "甲平台停止提现，乙银行回应称无关。"),
        ("finna", "text", "甲公司拟收购乙公司", NEWS, ""),
        ("finqa", "span", "乙公司；丙公司", "企业收购事件对应的被收购方是什么？", NEWS),
        (
            "fincqa",
            "span",
            "玉米",
            "下文中供给减少导致市场价格提升事件对应的结果涉及的产品是？",
            "玉米减产\n价格上涨",
        ),
    ],
)
def test_each_task_becomes_its_question(task: str, kind: str, gold: str, question: str, context: str) -> None:
    loaded = load(task, RECORDS[task])
    assert (loaded.answer_kind, loaded.gold) == (kind, gold)
    assert (loaded.question, loaded.context) == (question, context)
    assert loaded.task
    assert (loaded.language, loaded.module, loaded.split) == ("zh", "reasoning_business", "train")
    assert loaded.id == f"fincuge:{loaded.source_id}"
    assert match(gold, loaded).value is True
    assert loaded.flags == {"finne": ("escapes_repaired",), "finre": ("numbers_masked",)}.get(task, ())


@pytest.mark.parametrize("task", RECORDS)
def test_a_problem_list_asks_the_same_without_its_gold(task: str) -> None:
    record = RECORDS[task]
    places = {"finre": (0, 1, 3), "finese": (1, 2), "finnsp": (1, 2, 3), "finna": (1,)}.get(task, (0,))
    given = [record[place] for place in places]
    question = load(task, {"id": 7, "input": given if len(given) > 1 else given[0]}, "problem_list.json")
    known = load(task, record)
    assert question.source_id.endswith("-problem-7")
    assert (question.gold, question.gold_alternatives, question.split) == (None, (), "problem")
    assert "gold_missing" in question.flags
    assert (question.task, question.question, question.context) == (known.task, known.question, known.context)
    assert (question.options, question.answer_kind, question.group) == (known.options, known.answer_kind, known.group)
    assert match("无", question).reason == "gold_missing"


def test_the_english_finqa_cannot_be_meant() -> None:
    question = load("finqa", RECORDS["finqa"])
    assert question.source_id.startswith("fincuge_finqa-")
    assert question.meta["task"] == "fincuge_finqa"


@pytest.mark.parametrize("task", ["finfe", "finne", "finnl", "finre"])
def test_every_label_is_right_for_itself_and_wrong_for_the_others(task: str) -> None:
    place = {"finre": 2}.get(task, 1)
    raw = {"finfe": [0, 1, 2], "finne": ["0.0", "0.5", "1.0"]}.get(task) or list(
        load(task, RECORDS[task]).options.values()
    )
    assert len(raw) == {"finnl": 16, "finre": 44}.get(task, 3)
    for gold in raw:
        question = load(task, changed(task, place, gold))
        assert not {"label_unknown", "gold_unusable"} & set(question.flags)
        for key, name in question.options.items():
            assert match(name, question).value is match(key, question).value is (name == question.gold)


@pytest.mark.parametrize(
    ("said", "value"), [("能源，中国，政策", True), ("中国 政策 能源", True), ("中国、政策", False), ("中国", False)]
)
def test_topics_are_a_set(said: str, value: bool) -> None:
    assert match(said, load("finnl", RECORDS["finnl"])).value is value


@pytest.mark.parametrize(
    ("answer", "gold", "flags"),
    [
        ("乙公司,丙公司", "乙公司；丙公司", ()),
        ("5,000万元", "5,000万元", ()),  # a comma of thousands: the whole stands in the text
        ("乙公司,丁公司", "乙公司,丁公司", ("gold_not_in_text",)),
        ("丁公司", "丁公司", ("gold_not_in_text",)),
        ("无相应参数", "无", ()),
        ("无参数", "无", ()),
    ],
)
def test_answers_are_parted_only_where_their_parts_stand_in_the_text(
    answer: str, gold: str, flags: tuple[str, ...]
) -> None:
    question = load("finqa", [RECORDS["finqa"][0], answer])
    assert (question.gold, question.flags) == (gold, flags)
    assert match(gold, question).value is True


def test_event_types_are_a_closed_set() -> None:
    question = load("finqa", [f"下文中发生的事件类型有哪些？{NEWS}", "质押,解除质押"])
    assert (question.answer_kind, question.gold) == ("labels", "质押、解除质押")
    assert match(question.gold_alternatives[0], question).value is True
    assert match("质押", question).value is False
    assert load("finqa", [f"下文中发生的事件类型有哪些？{NEWS}", "升职"]).flags == ("label_unknown", "gold_unusable")


def test_causal_events_name_what_they_are_made_of() -> None:
    question = load("fincqa", ["下文中有哪些因果事件？干旱减产，涨价", "干旱导致供给减少;供给减少导致市场价格提升"])
    assert question.gold == "干旱导致供给减少；供给减少导致市场价格提升"
    assert match("供给减少导致市场价格提升；干旱导致供给减少", question).value is True
    assert all(name in question.task for name in ("干旱", "供给减少", "市场价格提升"))


@pytest.mark.parametrize(
    ("task", "value", "gold", "flags"),
    [
        ("finnl", changed("finnl", 1, "中国大盘"), "中国大盘", {"label_unknown", "gold_unusable"}),
        ("finnl", changed("finnl", 1, "中国 更新"), "中国、更新", {"label_unknown", "gold_unusable"}),
        ("finnl", changed("finnl", 1, "中国 公司、 中国"), "中国、公司", set()),
        ("finre", changed("finre", 2, "暗恋"), "暗恋", {"label_unknown", "gold_unusable", "numbers_masked"}),
        ("finese", ["1", "利率下降", "其他", "NaN"], "无", {"event_other"}),
        ("finese", ["1", "利率下降", "财务造假", "丙公司"], "丙公司", {"gold_not_in_text"}),
        ("finqa", ["甲公司中标事件对应的金额是什么？表情\n您至少需输入5个字", "无相应参数"], "无", {"placeholder"}),
        ("finnsp", ["1", "", "<p>甲平台&nbsp;好</p>", "甲平台", "0", ""], "无", {"markup"}),
        ("finnsp", ["1", "", "某平台跑路", "甲平台;乙", "1", "乙"], "乙", {"gold_not_in_text"}),
    ],
)
def test_defects_are_flagged(task: str, value: list[Any], gold: str, flags: set[str]) -> None:
    question = load(task, value)
    assert (question.gold, set(question.flags)) == (gold, flags)
    assert flags <= fincuge.INFO.defects.keys()
    assert (match(gold, question).value is True) == ("gold_unusable" not in flags)


@pytest.mark.parametrize(
    ("said", "value"),
    [("乙银行、和信贷", True), ("2、3", True), ("和信贷", False), ("乙银行", False), ("无", False), ("1", False)],
)
def test_negative_subjects_are_chosen_among_the_entities(said: str, value: bool | None) -> None:
    question = load("finnsp", ["1", "", "乙银行与和信贷跑路", "甲平台;乙银行;和信贷;乙银行", "1", "乙银行;和信贷"])
    assert dict(question.options) == {"1": "甲平台", "2": "乙银行", "3": "和信贷", "0": "无"}
    assert (question.gold, question.gold_alternatives) == ("乙银行、和信贷", ("2、3",))
    assert match(said, question).value is value


def test_ids_are_of_what_is_asked_and_groups_of_the_text() -> None:
    first = load("finre", RECORDS["finre"])
    assert load("finre", changed("finre", 2, "自己")).id == first.id
    turned = load("finre", changed("finre", 0, "丙公司"))
    assert turned.id != first.id
    assert turned.group == first.group
    assert load("finese", RECORDS["finese"]).source_id == "finese-100001"
    assert load("finnsp", RECORDS["finnsp"]).source_id == "finnsp-0a1b2c3d"


def test_the_task_is_the_folder_or_what_the_recipe_says() -> None:
    options = fincuge.Options(task="finfe")
    assert load("elsewhere", RECORDS["finfe"], options=options) == load("finfe", RECORDS["finfe"])
    with pytest.raises(BadRecord, match="'elsewhere' is none of FinCUGE's tasks"):
        load("elsewhere", RECORDS["finfe"])


@pytest.mark.parametrize(
    ("task", "value", "named"),
    [
        ("finne", ["trainingSourceData", "Sentiment"], "header"),
        ("finnsp", ["id", "title", "text", "entity", "negative", "key_entity"], "header"),
        ("finnsp", ["1", "", "跑路", "甲", "1", ""], "does not fit 0 negative entities"),
        ("finnsp", ["1", "", "平安无事", "", "0", ""], "no entities"),
        ("finfe", ["好", 3], "no sentiment"),
        ("finfe", ["好"], "1 fields; finfe has 2: text, gold"),
        ("finfe", [" ", 2], "the text is empty"),
        ("finfe", ["好", None], "neither a list of texts"),
        ("finfe", "好", "neither a list of texts"),
        ("finfe", {"id": 1}, "neither a list of texts"),
        ("finre", {"id": 1, "input": "甲"}, "1 fields; finre has 3: head, tail, text"),
        ("finqa", ["没有问题的文字", "甲"], "no question mark"),
        ("finqa", ["只有问题？", "甲"], "no question mark"),
    ],
)
def test_what_cannot_be_read_is_named(task: str, value: Any, named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(task, value)


def read(path: Path) -> Iterator[Question | BadRecord]:
    for row in rows(path, path.name):
        assert isinstance(row, Row)
        try:
            yield from fincuge.questions(row, CORPUS, fincuge.Options())
        except BadRecord as error:
            yield error


@pytest.mark.parametrize(
    ("file", "kinds", "flags"),
    [
        ("finfe/train_list_1000.json", {"label": 1000}, {}),
        ("finne/train_list_1000.json", {"label": 1000}, {"escapes_repaired": 45}),
        ("finnl/train_list_1000.json", {"labels": 1000}, {"label_unknown": 1, "gold_unusable": 1}),
        ("finre/train_list_1000.json", {"label": 1000}, {"numbers_masked": 516}),
        ("finese/train_list_1000.json", {"span": 1000}, {"event_other": 205, "markup": 5}),
        ("finnsp/train_list_1000.json", {"labels": 998}, {"gold_not_in_text": 19, "markup": 7}),
        ("finna/eval_list_400.json", {"text": 400}, {}),
        ("finqa/eval_list_400.json", {"span": 358, "labels": 42}, {"placeholder": 15, "gold_not_in_text": 4}),
        ("fincqa/eval_list_400.json", {"span": 400}, {}),
    ],
)
def test_the_real_files_load_whole(data: Path, file: str, kinds: dict[str, int], flags: dict[str, int]) -> None:
    found = list(read(data / "fincuge" / file))
    questions = [one for one in found if isinstance(one, Question)]
    assert len(found) == (400 if "400" in file else 1000)
    assert Counter(question.answer_kind for question in questions) == kinds
    assert Counter(flag for question in questions for flag in question.flags) == flags
    for question in questions:
        assert question.gold is not None
        golds = (question.gold, *question.gold_alternatives)
        read_back = {match(gold, question).value for gold in golds}
        assert read_back == {None} if "gold_unusable" in question.flags else True in read_back, question.id
