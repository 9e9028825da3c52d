"""Keys: what makes two calls the same, and what does not."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat.call import KEY_BYTES, Call, canonical, key_of

ASKED = Call(
    model="https://api.example.com/v1 reasoner",
    messages=[
        {"role": "system", "content": "You are an accountant."},
        {"role": "user", "content": "净利润增长了多少？ 12.5%"},
    ],
    sampling={"temperature": 0.6, "top_p": 0.95, "max_tokens": 100, "logit_bias": {"5": 1, "10": -1}},
    response_format={"type": "json_schema", "json_schema": {"name": "votes", "strict": True}},
    sample=0,
    attempt=0,
)
SYSTEM, USER = ASKED.messages

quick = settings(max_examples=150, deadline=None, database=None, derandomize=True)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["净利润", "淨利潤", "0.5%", "０．５％", " ", "<think>", '"', "\\", "\n", "null", "\x00", "\U0001f4c8"]
)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.6, 1e16, -0.0, 1e-9]) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
mappings = st.dictionaries(texts, values, max_size=3)
calls = st.builds(
    Call,
    model=texts,
    messages=st.lists(mappings, max_size=3),
    sampling=mappings,
    response_format=st.none() | mappings,
    sample=st.integers(0, 3),
    attempt=st.integers(0, 3),
)


def key(call: Call) -> bytes:
    return key_of(call.canonical())


def said(value: Any) -> Any:
    """A value as something to compare by that tells 1 from 1.0 from true, and does not see the order of keys."""
    if isinstance(value, Mapping):
        return "mapping", frozenset((name, said(inner)) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(said, value))
    return type(value).__name__, repr(value)


def fields(call: Call) -> Any:
    return said([call.model, call.messages, call.sampling, call.response_format, call.sample, call.attempt])


@pytest.mark.parametrize(
    "change",
    [
        {"model": "https://api.example.com/v2 reasoner"},
        {"model": "https://api.example.com/v1 reasoner "},
        {"messages": [SYSTEM, {**USER, "content": "净利润增长了多少？ 12.50%"}]},
        {"messages": [SYSTEM, {**USER, "content": "淨利潤增长了多少？ 12.5%"}]},
        {"messages": [SYSTEM, {**USER, "content": "净利润增长了多少？ 12.5％"}]},
        {"messages": [SYSTEM, {**USER, "content": "净利润增长了多少？ 12.5%\n"}]},
        {"messages": [SYSTEM, {**USER, "role": "assistant"}]},
        {"messages": [SYSTEM, {**USER, "prefix": True}]},
        {"messages": [USER, SYSTEM]},
        {"messages": [USER]},
        {"messages": [SYSTEM, USER, USER]},
        {"sampling": {**ASKED.sampling, "temperature": 0.7}},
        {"sampling": {**ASKED.sampling, "top_k": 1}},
        {"sampling": {**ASKED.sampling, "top_p": None}},
        {"sampling": {name: value for name, value in ASKED.sampling.items() if name != "top_p"}},
        {"sampling": {**ASKED.sampling, "logit_bias": {"5": -1, "10": 1}}},
        {"response_format": None},
        {"response_format": {}},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "votes", "strict": False}}},
        {"sample": 1},
        {"attempt": 1},
    ],
    ids=str,
)
def test_what_a_call_says_changes_its_key(change: dict[str, Any]) -> None:
    assert key(replace(ASKED, **change)) != key(ASKED)


def test_samples_and_attempts_are_told_apart() -> None:
    draws = {key(replace(ASKED, sample=sample, attempt=attempt)) for sample in range(12) for attempt in range(12)}
    assert len(draws) == 144


@pytest.mark.parametrize(
    "change",
    [
        {"messages": tuple(ASKED.messages)},
        {"messages": [dict(reversed([*message.items()])) for message in ASKED.messages]},
        {"sampling": dict(reversed([*ASKED.sampling.items()]))},
        {"sampling": {**ASKED.sampling, "logit_bias": {"10": -1, "5": 1}}},
        {"response_format": {"json_schema": {"strict": True, "name": "votes"}, "type": "json_schema"}},
    ],
    ids=str,
)
def test_the_order_of_keys_and_the_kind_of_list_do_not_change_it(change: dict[str, Any]) -> None:
    assert key(replace(ASKED, **change)) == key(ASKED)


def test_keys_stay_what_they_were_for_what_is_in_journals_already() -> None:
    bare = Call("vllm:m@main", [{"role": "user", "content": "净利润?"}], {"temperature": 0.0})
    assert bare.canonical().decode() == (
        '{"attempt":0,"messages":[{"content":"净利润?","role":"user"}],"model":"vllm:m@main",'
        '"response_format":null,"sample":0,"sampling":{"temperature":0.0}}'
    )
    assert key(bare).hex() == "66c6587f4a932c3636eb1a53b9e09dc3"
    assert key(ASKED).hex() == "ce95eb5e211b38b699a23604d71e283b"
    assert len(key(ASKED)) == KEY_BYTES == 16


@quick
@given(calls)
def test_a_request_read_back_from_its_json_has_the_same_bytes_and_key(call: Call) -> None:
    written = call.canonical()
    read = json.loads(written)
    assert canonical(read) == written
    assert key_of(canonical(read)) == key(call)
    assert key(Call(**read)) == key(call)
    assert said(read["messages"]) == said(call.messages)


@settings(quick, max_examples=20)
@given(
    st.tuples(
        st.lists(texts, min_size=2, max_size=4),
        st.lists(st.lists(mappings, max_size=2), min_size=3, max_size=5),
        st.lists(mappings, min_size=3, max_size=5),
        st.lists(st.none() | mappings, min_size=2, max_size=4),
    )
)
def test_of_thousands_of_calls_the_same_have_the_same_key_and_no_others(pools: tuple[list[Any], ...]) -> None:
    asked = [Call(*parts) for parts in product(*pools, range(3), range(3))]
    keys = dict[Any, bytes]()
    for call in asked:
        assert keys.setdefault(fields(call), key(call)) == key(call)
    assert len(set(keys.values())) == len(keys)


@quick
@given(values)
def test_canonical_json_is_plain_utf_8_with_nothing_to_spare(value: Any) -> None:
    written = canonical(value).decode()
    assert said(json.loads(written)) == said(value)
    again = json.dumps(json.loads(written), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert written == again


def test_chinese_is_written_as_it_is() -> None:
    assert canonical({"净": ["利润", "\U0001f4c8"]}) == '{"净":["利润","\U0001f4c8"]}'.encode()


def test_the_server_is_sent_what_was_asked_under_its_own_name_for_the_model() -> None:
    body = json.loads(replace(ASKED, sample=3, attempt=2).body("reasoner"))
    assert body == {
        "model": "reasoner",
        "messages": ASKED.messages,
        **ASKED.sampling,
        "response_format": ASKED.response_format,
    }
    assert "response_format" not in json.loads(replace(ASKED, response_format=None).body("reasoner"))


@pytest.mark.parametrize(
    ("role", "content", "opened"),
    [
        ("assistant", "<think>", True),
        ("assistant", "<think>\n", True),
        ("assistant", "First. <think> \n\t", True),
        ("assistant", "<think>\nOkay", False),
        ("assistant", "<think></think>", False),
        ("assistant", "</think>", False),
        ("assistant", "", False),
        ("user", "Begin with <think>", False),
        ("system", "<think>", False),
    ],
)
def test_a_call_is_open_where_its_last_message_is_the_assistants_opening_think(
    role: str, content: str, opened: bool
) -> None:
    assert replace(ASKED, messages=[SYSTEM, USER, {"role": role, "content": content}]).opened is opened


def test_an_opening_think_that_is_not_the_last_word_opens_nothing() -> None:
    assert not replace(ASKED, messages=[{"role": "assistant", "content": "<think>"}, USER]).opened


def test_the_text_of_a_call_is_its_messages() -> None:
    assert ASKED.text == "You are an accountant.\n净利润增长了多少？ 12.5%"
