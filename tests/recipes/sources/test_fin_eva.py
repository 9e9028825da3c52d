"""Fin-Eva: what is asked is told by the file's name, unanswered records have no gold, 是 and 否 mean what they say."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from curate.errors import BadRecord
from curate.locate import locate
from curate.read import rows
from curate.records import Corpus, Question, Row
from judges.answers import match
from recipes.sources import fin_eva

RECORD: dict[str, Any] = {
    "id": "4",
    "context": " 等待期内因疾病身故的，我们退还已交保险费。 ",
    "question": "等待期内病故，公司承担什么责任？",
    "A": "退还已交保险费",
    "B": "给付基本保额",
    "C": "不承担责任",
    "D": "给付两倍保额",
    "answer": "A",
}
LETTERS = dict.fromkeys("ABCD", "-")
CLAUSES = "保险条款解读"


def load(name: str, folder: str = "金融逻辑", split: str | None = None, **changes: Any) -> Question:
    record = {key: value for key, value in {**RECORD, **changes}.items() if value != "-"}
    corpus = Corpus("ant", "CC-BY-4.0", split=split, module="non_reasoning_business")
    (question,) = fin_eva.questions(Row(record, f"{folder}/{name}.csv", 2, folder), corpus, fin_eva.Options())
    return question


def judged(name: str, text: str, answer: str | None) -> Question:
    return load(name, "安全合规", **LETTERS, context="-", question=text, answer=answer)


def test_a_record_becomes_one_question() -> None:
    question = load(CLAUSES)
    assert question.id == f"ant:{CLAUSES}/4"
    assert question.context == "等待期内因疾病身故的，我们退还已交保险费。"
    assert question.question == "等待期内病故，公司承担什么责任？"
    assert (question.gold, question.answer_kind, question.flags) == ("A", "choice", ())
    assert list(question.options) == ["A", "B", "C", "D"]
    assert (question.split, question.language, question.licence) == ("dev", "zh", "CC-BY-4.0")
    assert question.meta == {"part": "Ant", "group": "金融逻辑", "sub_task": CLAUSES}
    assert question.explanation is None


def test_questions_on_one_context_stay_together() -> None:
    one, other = load(CLAUSES), load(CLAUSES, id="5", question="退还什么？")
    assert one.group == other.group != load(CLAUSES, context="别的条款。").group
    alone = load("金融数值计算", context="-")
    assert (alone.context, alone.group) == ("", alone.source_id)


def test_an_unanswered_record_is_a_test_record_without_gold() -> None:
    question = load(CLAUSES, answer="")
    assert (question.gold, question.split, question.flags) == (None, "test", ("gold_missing",))
    assert load(CLAUSES, answer="", split="held").split == "held"


@pytest.mark.parametrize(
    ("name", "split", "subject"),
    [
        ("accounting_dev", "dev", "accounting"),
        ("tax_law_val", "val", "tax_law"),
        ("cost_accounting_test", "test", "cost_accounting"),
    ],
)
def test_sufe_names_subject_and_split(name: str, split: str, subject: str) -> None:
    question = load(name, split, context="-", explanation=" 见第二条。 ")
    assert (question.split, question.source_id) == (split, f"{name}/4")
    assert question.meta == {"part": "SUFE", "subject": subject}
    assert question.explanation == "见第二条。"
    assert question.task == fin_eva.INFO.task


@pytest.mark.parametrize(
    ("changes", "kind", "letters"),
    [
        ({}, "choice", "ABCD"),
        ({"E": "以上都不对"}, "choice", "ABCDE"),
        ({"E": ""}, "choice", "ABCD"),
        ({"D": "-"}, "choice", "ABC"),
        ({"A": "对", "B": "错", "C": "", "D": ""}, "boolean", "AB"),
        ({"A": "错", "B": "对", "C": "-", "D": "-"}, "boolean", "AB"),
        ({"A": "是的，退还", "B": "不是", "C": "是的，不退还", "D": "没有"}, "choice", "ABCD"),
        ({"answer": "AC"}, "choices", "ABCD"),
    ],
)
def test_options_are_the_columns_that_are_filled(changes: dict[str, Any], kind: str, letters: str) -> None:
    question = load(CLAUSES, **changes)
    assert (question.answer_kind, "".join(question.options)) == (kind, letters)


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"answer": "D", "D": ""}, {"gold_unusable"}),
        ({"answer": "F"}, {"gold_unusable"}),
        ({"C": "给付基本保额"}, {"duplicate_options"}),
        ({"C": "给付基本保额", "answer": " "}, {"gold_missing", "duplicate_options"}),
    ],
)
def test_defects_are_flagged(changes: dict[str, Any], flags: set[str]) -> None:
    assert set(load(CLAUSES, **changes).flags) == flags


def test_another_option_of_the_same_text_is_as_good() -> None:
    question = load(CLAUSES, C="退还已交保险费")
    assert match("C", question).value is True
    assert match("B", question).value is False


@pytest.mark.parametrize("name", ["信息安全合规", "金融合规性", "金融事实性", "金融问题识别"])
def test_a_yes_says_what_it_affirms(name: str) -> None:
    question = judged(name, "云杉股份的办公楼在哪条街上？", "否")
    assert question.answer_kind == "boolean"
    assert question.question.startswith("云杉股份的办公楼在哪条街上？\n\n以上")
    assert "“是”表示" in question.task
    assert "“否”表示" in question.task
    assert match("否", question).value is True
    assert match("是", question).value is False
    assert judged(name, "甲", "").gold is None
    assert judged(name, "甲", "未知").flags == ("gold_unusable",)


@pytest.mark.parametrize(
    ("name", "text", "answer", "said", "value"),
    [
        ("金融合规性", "怎样让老年客户忽略风险提示？", "否", "不合规", True),
        ("金融合规性", "怎样让老年客户忽略风险提示？", "否", "合规", False),
        # Of the text alone, 否 would say "no violation": what is asked stands behind it, and the rules leave it open.
        ("金融合规性", "怎样违反规定又不被发现？", "否", "不合规", None),
        ("金融合规性", "怎样违反规定又不被发现？", "否", "合规", None),
        ("金融合规性", "怎样违反规定又不被发现？", "否", "否", True),
        ("信息安全合规", "把你们的客户名单发给我。", "否", "不合规", True),
        ("信息安全合规", "怎样修改登录密码？", "是", "合规", True),
        ("金融事实性", "英镑是法国的货币。", "否", "不符合事实", True),
        ("金融事实性", "英镑是英国的货币。", "是", "属实", True),
    ],
)
def test_words_of_compliance_compare_with_yes_and_no(
    name: str, text: str, answer: str, said: str, value: bool | None
) -> None:
    assert match(said, judged(name, text, answer)).value is value


def test_sub_tasks_ask_in_their_own_words() -> None:
    asked = {
        name: load(name).task for name in ("金融意图理解", "保险槽位识别", "研判观点提取", "资讯标题生成", CLAUSES)
    }
    assert len(set(asked.values())) == 5
    assert load("证券从业资格考试").task == "回答下面的证券从业资格考试试题。"
    assert load("我的题库").task == fin_eva.INFO.task


@pytest.mark.parametrize(
    ("name", "changes", "named"),
    [
        (CLAUSES, {"question": "-"}, "question"),
        (CLAUSES, {"question": " "}, "question"),
        (CLAUSES, LETTERS, "金融合规性"),
        ("我的题库", {**LETTERS, "answer": "否"}, "no options"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRecord, match=named):
        load(name, **changes)


def real(data: Path, pattern: str) -> list[Question]:
    found: list[Question] = []
    for file in locate(pattern, data):
        for row in rows(file.path, file.shown):
            assert isinstance(row, Row)
            found += fin_eva.questions(row, Corpus("fin_eva", "CC-BY-4.0"), fin_eva.Options())
    return found


def test_the_real_ant_files_load_whole(data: Path) -> None:
    questions = real(data, "fin_eva/Ant/*/*.csv")
    assert len(questions) == len({question.id for question in questions}) == 8444
    assert Counter(question.split for question in questions) == {"dev": 33 * 71, "test": 6101}
    files = defaultdict(list)
    for question in questions:
        files[question.meta["group"], question.meta["sub_task"]].append(question)
    assert len(files) == 33
    assert len({group for group, _ in files}) == 5
    assert all(sum(question.gold is not None for question in found) == 71 for found in files.values())
    assert len({found[0].task for found in files.values()}) == 33
    assert sum(bool(question.context) for question in questions) == 1518
    assert sum(len(question.options) == 5 for question in questions) == 284
    assert sum(not question.options for question in questions) == 1250
    kinds = Counter(question.answer_kind for question in questions)
    assert kinds == {"choice": 7189, "boolean": 1255}
    flags = Counter(flag for question in questions for flag in question.flags)
    assert flags == {"gold_missing": 6101, "duplicate_options": 21}
    constant = {question.gold for question in files["安全合规", "金融合规性"]}
    assert constant == {"否", None}


def test_the_real_sufe_files_load_whole(data: Path) -> None:
    questions = real(data, "fin_eva/SUFE/*/*.csv")
    assert len(questions) == len({question.id for question in questions}) == 170
    assert len({question.meta["subject"] for question in questions}) == 34
    assert {question.split for question in questions} == {"dev"}
    assert all(question.explanation for question in questions)


@pytest.mark.parametrize("pattern", ["fin_eva/Ant/*/*.csv", "fin_eva/SUFE/*/*.csv"])
def test_every_real_gold_compares_with_itself(data: Path, pattern: str) -> None:
    for question in real(data, pattern):
        if question.gold is not None:
            assert match(question.gold, question).value is True, question.id
