"""Private data: checksums, what is found and what is left alone, masks, and the rates on the planted set.

private.jsonl is made up: {"text", "private": [[kind, value], ...]}, with an empty list where all only looks private.
"""

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.records import Question
from curate.screen.privacy import KINDS, find, kinds_in, masked, redact
from curate.screen.private_checks import bank_card, called_abroad, dated_id, iban, resident_id, ssn
from curate.screen.private_ids import plain_ids
from curate.screen.private_labels import PLAIN

PLANTED = [
    json.loads(line) for line in (Path(__file__).parent / "private.jsonl").read_text(encoding="utf-8").splitlines()
]
QUESTION = Question(
    id="chat:1",
    source="chat",
    source_id="1",
    group="1",
    language="zh",
    task="回答客户的问题。",
    question="客户的电话是多少？",
    answer_kind="span",
    gold=None,
    licence="MIT",
)


def told(text: str) -> list[tuple[str, str]]:
    return [(private.kind, private.text) for private in find(text)]


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("11019919491231002X", True),
        ("110199194912310021", False),
        ("11019919491331002X", False),
        ("110199199001011232", True),
        ("110199199001011231", False),
        ("190199199001011239", False),
        ("110199800101123", False),
    ],
)
def test_a_resident_id_has_province_date_and_checksum(digits: str, valid: bool) -> None:
    assert resident_id(digits) is valid


def test_one_digit_of_a_resident_id_cannot_change_unseen() -> None:
    good = "110199199001011232"
    changed = [good[:at] + digit + good[at + 1 :] for at in range(18) for digit in "0123456789X" if digit != good[at]]
    assert not any(resident_id(digits) for digits in changed if digits[:17].isdigit())


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("110199800101123", True), ("110199801301123", False), ("110199900229123", False), ("990199800101123", False)],
)
def test_an_old_resident_id_has_province_and_date(digits: str, valid: bool) -> None:
    assert dated_id(digits) is valid


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("4111111111111111", True),
        ("4111111111111112", False),
        ("6200000000000005", True),
        ("378282246310005", True),
        ("30569309025904", True),
        ("2223000048400011", True),
        ("1111111111111117", False),
        ("41111111111111", False),
    ],
)
def test_a_card_has_an_issuer_a_length_and_a_checksum(digits: str, valid: bool) -> None:
    assert bank_card(digits) is valid


@pytest.mark.parametrize(
    ("letters", "valid"),
    [
        ("GB82WEST12345698765432", True),
        ("gb82west12345698765432", True),
        ("GB82WEST12345698765433", False),
        ("GB82WEST1234569876543", False),
        ("DE89370400440532013000", True),
        ("XX89370400440532013000", False),
    ],
)
def test_an_iban_has_its_country_s_length_and_a_checksum(letters: str, valid: bool) -> None:
    assert iban(letters) is valid


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("078051120", True), ("987654321", True), ("987404321", False), ("000121234", False), ("666121234", False)],
)
def test_an_ssn_has_a_known_area(digits: str, valid: bool) -> None:
    assert ssn(digits) is valid


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("14155550134", True), ("442079460123", True), ("18005550134", False), ("83012345678", False), ("4420", False)],
)
def test_a_phone_abroad_has_a_calling_code(digits: str, valid: bool) -> None:
    assert called_abroad(digits) is valid


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("手机138-0000-1234，余额13800001234元", [("mobile", "138-0000-1234")]),
        ("１３８００００１２３４是我的号码", [("mobile", "１３８００００１２３４")]),
        ("138 0000\u20111234 是我的", [("mobile", "138 0000\u20111234")]),
        ("13800001234@example.com 是邮箱", [("email", "13800001234@example.com")]),
        ("账号：4111111111111111", [("bank_card", "4111111111111111")]),
        ("账号：4111111111111112", [("account", "4111111111111112")]),
        ("身份证110199199001011231抄错一位", [("resident_id", "110199199001011231")]),
        ("FY20 GB82WEST12345698765432", [("iban", "GB82WEST12345698765432")]),
        ("card 4111 1111 1111 1111 12/29", [("bank_card", "4111 1111 1111 1111")]),
        ("电话 13800000000", [("mobile", "13800000000")]),
        ("合计 13800000000", []),
        ("13812345678", []),
        ("见 https://example.com/u/13812345678 一页", []),
        ("见 https://example.com/?mail=a@example.com", [("email", "a@example.com")]),
        ("公司注册地址：重庆市渝中区望江路33号2-501", []),
        ("客户地址：重庆市渝中区望江路33号2-501", [("address", "重庆市渝中区望江路33号2-501")]),
        ("headquartered at 12 Elm Street, Springfield, IL 62701", []),
        ("", []),
    ],
)
def test_found(text: str, found: list[tuple[str, str]]) -> None:
    assert told(text) == found


def test_what_is_found_stands_where_it_is_said_to() -> None:
    text = "Ａ女士　手机：１３８-００００-１２３４，邮箱 a@example.cn。"
    assert [text[private.start : private.end] for private in find(text)] == [private.text for private in find(text)]
    assert [private.kind for private in find(text)] == ["mobile", "email"]


def test_the_planted_values_are_found_and_little_else() -> None:
    wanted, hit, kinds = Counter[str](), Counter[str](), set(KINDS)
    alarms = 0
    for line in PLANTED:
        private, found = [tuple(one) for one in line["private"]], told(line["text"])
        wanted.update(kind for kind, _ in private)
        hit.update(kind for kind, value in private if (kind, value) in found)
        alarms += not set(found) <= set(private)
    assert wanted.keys() == kinds
    assert wanted.total() >= 300
    for kind in ("resident_id", "bank_card", "iban"):
        assert hit[kind] / wanted[kind] >= 0.98, kind
    assert hit.total() / wanted.total() >= 0.95
    assert alarms / len(PLANTED) <= 0.01


def test_masks_are_the_same_for_a_value_in_all_fields() -> None:
    question = replace(
        QUESTION,
        question="13800001234和13900001234哪个是机主的手机？",
        context="机主电话+86 138-0000-1234，邮箱A@example.com",
        options={"A": "手机13800001234", "B": "手机13900001234"},
        gold="手机13900001234",
        gold_alternatives=("电话139 0000 1234",),
        explanation="机主a@example.com留的是１３９００００１２３４",
        meta={"turns": [{"said": "我的手机13800001234", "at": 3}], "id": "110199199001011232 张三"},
    )
    found, counts = redact(question)
    assert found.question == "[手机号_1]和[手机号_2]哪个是机主的手机？"
    assert found.context == "机主电话[手机号_1]，邮箱[电子邮箱_1]"
    assert found.options == {"A": "手机[手机号_1]", "B": "手机[手机号_2]"}
    assert (found.gold, found.gold_alternatives) == ("手机[手机号_2]", ("电话[手机号_2]",))
    assert found.explanation == "机主[电子邮箱_1]留的是[手机号_2]"
    assert found.meta == {"turns": [{"said": "我的手机[手机号_1]", "at": 3}], "id": "[身份证号_1] 张三"}
    assert counts == kinds_in(question) == {"mobile": 2, "email": 1, "resident_id": 1}
    assert found.task == question.task


@pytest.mark.parametrize(
    ("language", "task", "domain", "told"),
    [
        (
            "en",
            "Customer Anna, call 13800001234, mail anna.li@example.com",
            "calls with 13800001234",
            ("Customer Anna, call [PHONE_2], mail [EMAIL_1]", "calls with [PHONE_2]"),
        ),
        ("zh", "客户电话13800001234", "与13800001234的通话", ("客户电话[手机号_2]", "与[手机号_2]的通话")),
    ],
)
def test_the_task_and_its_domain_are_masked(language: str, task: str, domain: str, told: tuple[str, str]) -> None:
    own = "[PHONE_1]" if language == "en" else "[手机号_1]"
    question = replace(QUESTION, language=language, task=task, task_domain=domain, question=own)  # type: ignore[arg-type]
    redacted, counts = redact(question)
    assert (redacted.task, redacted.task_domain) == told
    assert counts["mobile"] == 1


def test_masks_in_the_task_keep_their_numbers() -> None:
    question = replace(QUESTION, task="[手机号_1]", task_domain="[手机号_2]", question="致电13800001234")
    assert redact(question)[0].question == "致电[手机号_3]"


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({"uid": 13800001234, "n": 3, "sure": True, "share": 13800001234.0}, {"uid": "[手机号_1]"}),
        ({"客户": "13800001234 "}, {"客户": "[手机号_1] "}),
        ({"keep": {"证件": "11019919491231002X"}}, {"keep": {"证件": "[身份证号_1]"}}),
        ({"note": ["4111 1111 1111 1111"]}, {"note": ["[银行卡号_1]"]}),
        ({"note": "4111111111111112"}, {}),
        ({"银行卡号": "4111111111111112"}, {"银行卡号": "[账号_1]"}),
        ({"customerPhone": 13800000000}, {"customerPhone": "[手机号_1]"}),
        ({"mobile_2": "13800001234 / 13900001234"}, {"mobile_2": "[手机号_1] / [手机号_2]"}),
        ({"电话": {"value": ["(415) 555-0134"]}}, {"电话": {"value": ["[电话号码_1]"]}}),
        ({"tel": "415-555-0134"}, {"tel": "[电话号码_1]"}),
        ({"email": "a@example.com"}, {"email": "[电子邮箱_1]"}),
        ({"家庭住址": "重庆市渝中区望江路33号"}, {"家庭住址": "[地址_1]"}),
        ({"revenue": 13812345678, "净利润": "13812345678", "order_no": 13812345678, "2019": 13812345678}, {}),
        ({"note": 13800000000, "sums": [13812345678, 5125267130], "model": "phone 12"}, {}),
        ({"13800001234": "Anna", "+86 138 0000 1234": "Li"}, {"[手机号_1]": "Anna", "[手机号_1]~2": "Li"}),
        ({13800001234: 1, "110199199001011232": 2}, {"[手机号_1]": 1, "[身份证号_1]": 2}),
    ],
)
def test_keys_and_whole_numbers_of_meta_are_read(meta: dict[Any, Any], told: dict[Any, Any]) -> None:
    redacted, counts = redact(replace(QUESTION, meta=meta))
    renamed = any("[" in key for key in told)
    assert redacted.meta == (told if renamed else {**meta, **told})
    assert redact(redacted) == (redacted, Counter())
    assert bool(counts) == bool(told)


def test_tables_and_programs_keep_their_figures() -> None:
    meta = {
        "program": "subtract(13812345678, 5), divide(#0, 13812345678), divide(const_100, 13912345678)",
        "table": [["", "2019"], ["sales", "13812345678"], ["cost", 13912345678]],
        "evidence": {"table_1": "13812345678", "text_2": "13812345678"},
        "keep": {"answer": 13812345678, "table": [["sales", "13812345678"]]},
    }
    question = replace(QUESTION, language="en", answer_kind="number", gold="13812345678", meta=meta)
    assert redact(question)[0] is question
    told = {**meta, "evidence": {"text_2": "call 13812345678"}}
    assert redact(replace(question, meta=told))[0].meta == {**meta, "evidence": {"text_2": "call [PHONE_1]"}}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"A": "13800001234", "B": "13900001234", "C": "都不是"}, ["[手机号_1]", "[手机号_2]", "都不是"]),
        ({"A": "5125267130", "B": "13900001234"}, ["5125267130", "13900001234"]),
        ({"A": "13800001234 ", "B": "3"}, ["[手机号_1] ", "3"]),
    ],
)
def test_a_whole_option_is_private_where_its_neighbours_are_no_sums(options: dict[str, str], told: list[str]) -> None:
    choice = replace(QUESTION, answer_kind="choice", options=options)
    assert list(redact(choice)[0].options.values()) == told
    assert redact(replace(choice, answer_kind="number"))[0].options == options


@pytest.mark.parametrize(
    ("kind", "gold", "told"),
    [
        ("span", "13800001234", "[手机号_1]"),
        ("text", " 110199199001011232", " [身份证号_1]"),
        ("label", "13800001234", "13800001234"),
        ("number", "13800001234", "13800001234"),
        ("span", "13800001234 9", "13800001234 9"),
    ],
)
def test_a_whole_gold_of_words_is_private(kind: str, gold: str, told: str) -> None:
    redacted = redact(replace(QUESTION, answer_kind=kind, gold=gold, gold_alternatives=(gold,)))[0]  # type: ignore[arg-type]
    assert (redacted.gold, redacted.gold_alternatives) == (told, (told,))


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ('{"phone": 13800001234, "id": "13800001234"}', "en", '{"phone": [PHONE_1], "id": "[PHONE_1]"}'),
        ("没有列“李13800001234”，另见[手机号_3]", "zh", "没有列“李[手机号_4]”，另见[手机号_3]"),
        ("13800001234", "en", "[PHONE_1]"),
        ("line 12: no gold", "en", "line 12: no gold"),
    ],
)
def test_texts_outside_questions_are_masked(text: str, language: str, told: str) -> None:
    assert masked(text, language) == masked(masked(text, language), language) == told


def with_ids(source_id: str, group: str) -> Question:
    return plain_ids(replace(QUESTION, id=f"chat:{source_id}", source_id=source_id, group=group))


@pytest.mark.parametrize(
    ("source_id", "pattern"),
    [
        ("13800001234", "[0-9a-f]{8}"),
        ("客户13800001234-2", "客户[0-9a-f]{8}-2"),
        ("user13800001234", "user[0-9a-f]{8}"),
        ("anna.li@example.com", "[0-9a-f]{8}"),
        ("11019919491231002X_张三", "[0-9a-f]{8}_张三"),
        ("138-0000-1234", "[0-9a-f]{8}"),
        ("JKL/2017/page_61.pdf-3", None),
        ("finre-18630238315d263d", None),
        ("2024010112304512", None),
    ],
)
def test_private_parts_of_ids_are_hashed(source_id: str, pattern: str | None) -> None:
    question = with_ids(source_id, source_id)
    assert re.fullmatch(pattern or re.escape(source_id), question.source_id)
    assert question.id == f"chat:{question.source_id}"
    assert question.group == question.source_id
    assert plain_ids(question) is question


def test_hashed_ids_stay_apart_and_equal_groups_equal() -> None:
    first, second = with_ids("13800001234-1", "13800001234"), with_ids("13800001234-2", "13800001234")
    assert first.id != second.id
    assert first.group == second.group != with_ids("1", "13900001234").group


def test_what_a_value_hid_is_masked_too() -> None:
    question = replace(QUESTION, question="客户住重庆市渝中区望江路33号2-501.13800001234")
    assert redact(question)[0].question == "客户住[地址_1].[手机号_1]"


def test_masks_speak_the_question_s_language() -> None:
    question = replace(QUESTION, language="en", question="Call 13800001234 or (415) 555-0134, card 4111111111111111.")
    assert redact(question)[0].question == "Call [PHONE_1] or [PHONE_2], card [BANK_CARD_1]."


def test_a_corpus_s_own_masks_keep_their_numbers() -> None:
    question = replace(QUESTION, question="[手机号_1]转给13800001234", context="另见[手机号_4]")
    assert redact(question)[0].question == "[手机号_1]转给[手机号_5]"


@pytest.mark.parametrize(
    ("kind", "gold", "left"),
    [
        ("number", "13800001234", "13800001234"),
        ("number", "电话13800001234", "电话[手机号_1]"),
        ("span", "电话13800001234", "电话[手机号_1]"),
    ],
)
def test_a_gold_that_is_a_bare_number_is_left(kind: str, gold: str, left: str) -> None:
    question = replace(QUESTION, answer_kind=kind, gold=gold)  # type: ignore[arg-type]
    assert redact(question)[0].gold == left


def test_a_question_without_private_data_is_given_back() -> None:
    question = replace(QUESTION, question="净利润13800138000元，同比增长5%，对吗？", gold="对")
    assert redact(question) == (question, Counter())
    assert redact(question)[0] is question


PIECES = st.sampled_from(
    [line["text"] for line in PLANTED[:300:7]]
    + ["13800001234", "4111111111111111", "110199199001011232", "GB82WEST12345698765432", "a@example.com", "[PHONE_1]"]
    + [
        "手机",
        "账号：",
        "金额",
        " ",
        "-",
        ",",
        "+86",
        "1",
        "元",
        "x",
        "学府路18号",
        "3号楼502室",
        "住在北京市",
        "\n",
        "０",
    ]
)
TEXTS = st.lists(PIECES | st.text(alphabet="0123456789-+() @.aX号室元路市", max_size=12), max_size=8).map("".join)
KEYS = TEXTS | st.sampled_from(["phone", "卡号", "账号", "table", "revenue", "手机2", "id", "2019", "[PHONE_1]"])


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["en", "zh"]))
def test_what_is_redacted_holds_nothing_more(first: str, second: str, language: str) -> None:
    question = replace(QUESTION, question=first, context=second, language=language)  # type: ignore[arg-type]
    redacted, counts = redact(question)
    assert redact(redacted) == (redacted, Counter())
    assert bool(counts) == bool(find(first) or find(second))


@settings(max_examples=150, deadline=None)
@given(st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner)))
def test_what_is_redacted_in_meta_holds_nothing_more(value: Any) -> None:
    redacted = redact(replace(QUESTION, options={"A": str(value)}, meta={"keep": value}))[0]
    assert redact(redacted) == (redacted, Counter())


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_plain_ids_are_plain(text: str) -> None:
    question = with_ids(text, text)
    assert plain_ids(question) is question


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_finds_are_in_order_and_apart(text: str) -> None:
    found = find(text)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(private.text == text[private.start : private.end] and private.kind in KINDS for private in found)


# A careless pattern takes minutes on these: the time limit of the test is the bound.
LARGE = ("1", "1-1-", "a@a.a@", "1 ", "a.", "@", "中")
SMALL = (
    *("a@", "1(", "123-", "1234 ", "6222 0212 ", "86138", "+1 ", "AB12", "Aa ", "1 A ", "1 Aa Street ", "//1", "账号"),
    *("路1号", "市路1号1室", "手机1380000", "手机13800001234，", "[手机号_1]"),
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [unit * (1_000_000 // len(unit)) for unit in LARGE] + [unit * (100_000 // len(unit)) for unit in SMALL],
    ids=[*LARGE, *SMALL],
)
def test_time_is_linear(text: str) -> None:
    find("手机 a@" + text)
    find(text, PLAIN.under("phone"))
