"""Replies read out of a server's JSON: where the reasoning stands, how it ended, what it cost."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat.reply import OUTCOMES, Reply, Usage, estimate_tokens, read_reply

THOUGHT, ANSWER = "230 / 1840 = 12.5%，同比增长。", "\\boxed{12.5%}"

quick = settings(max_examples=150, deadline=None, database=None, derandomize=True)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "thinking", "choices", "code"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def reply(message: Any, finish: str | None = "stop", *, opened: bool = False, asked: str = "", **more: Any) -> Reply:
    return read_reply({"choices": [{"message": message, "finish_reason": finish}], **more}, opened, asked)


def said(content: str, reasoning: str = "thought") -> str:
    return reply({"content": content, "reasoning": reasoning}).outcome


@pytest.mark.parametrize(
    ("message", "opened"),
    [
        ({"content": ANSWER, "reasoning": THOUGHT}, False),
        ({"content": ANSWER, "reasoning_content": THOUGHT}, False),
        ({"content": ANSWER, "reasoning": THOUGHT, "reasoning_content": "an echo"}, False),
        ({"content": ANSWER, "reasoning": "", "reasoning_content": THOUGHT}, False),
        ({"content": ANSWER, "reasoning": None, "reasoning_content": THOUGHT}, False),
        ({"content": f"\n\n{ANSWER}\n", "reasoning": f"\n{THOUGHT}\n"}, False),
        ({"content": ANSWER, "reasoning": f"<think>{THOUGHT}"}, True),
        ({"content": f"{THOUGHT}</think>\n\n{ANSWER}", "reasoning": THOUGHT}, False),
        ({"content": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}"}, False),
        ({"content": f"\n<think>{THOUGHT}</think>{ANSWER}", "reasoning_content": None}, False),
        ({"content": f"<think>{THOUGHT}</think>{ANSWER}"}, True),
        ({"content": f"{THOUGHT}\n</think>\n\n{ANSWER}"}, False),
        ({"content": f"{THOUGHT}\n</think>\n\n{ANSWER}"}, True),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]}, {"text": ANSWER}]},
            False,
        ),
        (
            {"content": [{"type": "thinking", "thinking": THOUGHT}, {"type": "text", "text": ANSWER}, "odd", None]},
            False,
        ),
        ({"content": [{"text": "\\boxed"}, {"text": "{12.5%}"}], "reasoning": [{"text": THOUGHT}]}, False),
        ({"content": [{"type": "text", "text": f"<think>{THOUGHT}</think>{ANSWER}"}]}, False),
    ],
)
def test_the_reasoning_and_the_answer_are_found_wherever_they_stand(message: dict[str, Any], opened: bool) -> None:
    read = reply(message, opened=opened)
    assert (read.reasoning, read.content, read.outcome) == (THOUGHT, ANSWER, "ok")


@pytest.mark.parametrize("content", [f"<think>\n{THOUGHT}", f"  <think>{THOUGHT}\n"])
def test_a_think_that_is_never_closed_is_all_reasoning(content: str) -> None:
    for opened in (False, True):
        read = reply({"content": content}, "length", opened=opened)
        assert (read.reasoning, read.content, read.outcome) == (THOUGHT, "", "truncated")
    assert reply({"content": content}).outcome == "empty_answer"


def test_a_think_that_the_call_opened_is_reasoning_until_it_is_closed() -> None:
    assert reply({"content": THOUGHT}, opened=True).reasoning == THOUGHT
    assert reply({"content": THOUGHT}, opened=True).outcome == "empty_answer"
    assert reply({"content": THOUGHT}, opened=False).content == THOUGHT


def test_only_the_last_closing_think_ends_the_reasoning() -> None:
    read = reply({"content": f"<think>a</think>b</think>{ANSWER}"})
    assert (read.reasoning, read.content) == ("a</think>b", ANSWER)


@quick
@given(words, words)
def test_every_form_of_the_same_reply_reads_the_same(thought: str, answer: str) -> None:
    forms = [
        reply({"content": answer, "reasoning": thought}),
        reply({"content": answer, "reasoning_content": thought}),
        reply({"content": f"<think>{thought}</think>{answer}"}),
        reply({"content": f"{thought}</think>{answer}"}, opened=True),
        reply({"content": [{"thinking": [{"text": thought}]}, {"text": answer}]}),
    ]
    for form in forms:
        assert (form.reasoning, form.content) == (thought.strip(), answer.strip())
        assert form.outcome == forms[0].outcome


@pytest.mark.parametrize(
    ("message", "finish", "outcome"),
    [
        ({"content": ANSWER, "reasoning": THOUGHT}, "stop", "ok"),
        ({"content": ANSWER, "reasoning": THOUGHT}, None, "ok"),
        ({"content": ANSWER, "reasoning": THOUGHT}, "eos_token", "ok"),
        ({"content": ANSWER, "reasoning": THOUGHT}, "length", "truncated"),
        ({"content": "", "reasoning": THOUGHT}, "length", "truncated"),
        ({"content": "I'm sorry, but I can't help with that."}, "length", "truncated"),
        ({"content": ANSWER, "reasoning": THOUGHT}, "content_filter", "filtered"),
        ({"content": None}, "content_filter", "filtered"),
        ({"content": ANSWER}, "stop", "empty_reasoning"),
        ({"content": ANSWER, "reasoning": " \n "}, "stop", "empty_reasoning"),
        ({"content": f"<think>\n\n</think>\n\n{ANSWER}"}, "stop", "empty_reasoning"),
        ({"content": "", "reasoning": THOUGHT}, "stop", "empty_answer"),
        ({"content": " \n", "reasoning": THOUGHT}, "stop", "empty_answer"),
        ({"content": None, "reasoning": THOUGHT}, "stop", "empty_answer"),
        ({"content": 7, "reasoning": THOUGHT}, "stop", "empty_answer"),
        ({"content": [], "reasoning": THOUGHT}, "stop", "empty_answer"),
        ({"role": "assistant"}, "tool_calls", "empty_answer"),
        (None, "stop", "empty_answer"),
        ({"content": None, "refusal": "I can't share that."}, "stop", "refusal"),
        ({"content": ANSWER, "reasoning": THOUGHT, "refusal": "No."}, "stop", "refusal"),
        ({"content": ANSWER, "reasoning": THOUGHT, "refusal": None}, "stop", "ok"),
        ({"content": ANSWER, "reasoning": THOUGHT, "refusal": ""}, "stop", "ok"),
    ],
)
def test_a_reply_has_one_outcome(message: Any, finish: str | None, outcome: str) -> None:
    read = reply(message, finish)
    assert read.outcome == outcome
    assert read.finish_reason == finish


def test_the_words_of_a_refusal_stand_for_the_missing_content() -> None:
    assert reply({"content": None, "refusal": "I can't share that."}).content == "I can't share that."
    assert reply({"content": "Hm.", "refusal": "No."}).content == "Hm."


@pytest.mark.parametrize(
    "content",
    [
        *("I'm sorry, but I can't assist with that.", "I’m sorry, but I can’t help with that request."),
        *("Sorry, I can't help with this.", "I cannot provide financial advice.", '"I cannot discuss this topic."'),
        *("I am unable to assist with this request.", "I apologize, but I cannot answer this question."),
        *("I apologise, but I cannot fulfil this request.", "I am sorry, but I am not able to help you."),
        *("As an AI language model, I cannot provide investment advice.", "I won't help with that."),
        *("I must decline to answer.", "Unfortunately, I can't help with insider trading."),
        *("**I'm really sorry, but I can't continue with this.**", "i can't offer that"),
        *("很抱歉，我无法回答这个问题。", "抱歉，我不能提供投资建议。", "对不起，我无法协助您完成该请求。"),
        *("非常抱歉，我暂时无法回答您的问题。", "作为一个人工智能助手，我不能提供此类建议。", "我无法回答。"),
        *("您好，我无法为您提供相关信息。", "不好意思，我不便讨论这个话题。", "作为AI语言模型，我无法满足您的要求。"),
        *(
            "你好，这个问题我暂时无法回答，让我们换个话题再聊聊吧。",
            "我不能协助您进行内幕交易。",
            "“抱歉，我无法继续。”",
        ),
    ],
)
def test_a_refusal_in_words_is_a_refusal(content: str) -> None:
    assert said(content) == "refusal"
    assert said(f"\n{content}\n", "") == "refusal"


@pytest.mark.parametrize(
    "content",
    [
        "I cannot find the revenue for 2014 in the table, so it is \\boxed{0}.",
        "I cannot provide a figure that the table lacks; the growth is \\boxed{12.5\\%}.",
        "Unfortunately for the company, I see a loss of 3.2 million.",
        "Unfortunately, the filing gives no net income, so the margin is unknown.",
        "I cannot compute the ratio without net income. Using the estimate gives 4.2.",
        "I am unable to reconcile the totals; the closest is 7.1%.",
        "I apologize for the earlier slip: the result is 42.",
        "Sorry to shareholders, the dividend falls to 0.5 per share.",
        "No: the company cannot provide a guarantee.",
        "The bank won't provide credit, so the answer is no.",
        "As an AI company, Nvidia cannot provide guidance.",
        "I can provide the answer: 12.5%.",
        "The adviser said: I cannot help with that. That is not compliant.",
        "B. I am unable to provide the service",
        *("Cannot be determined.", "Help: see note 4. The answer is 12.", "A", "no"),
        *("由于缺少净利润数据，无法计算该比率，因此答案为0。", "无法计算", "不能。", "答案：我无法回答"),
        *("该公司无法提供担保。", "我们无法提供该数据，因此选D。", "您好，净利润为3亿元。"),
        *(
            "根据材料，我不能同意该观点，答案为否。",
            "抱歉让您久等，毛利率为35%。",
            "抱歉，材料中没有2015年的数据，因此选C。",
        ),
        *("对不起，之前的计算有误，正确答案是12.5%。", "我无法确认具体金额，但按比例推算约为3.5亿元。"),
        *("作为上市公司，其不能提供财务资助，因此违规。", "我国银行不能提供该业务，答案：错误。"),
        *("客服回复“我无法为您提供该服务”，属于不合规。", "我无法给出更多小数，答案是\\boxed{12.5}。"),
    ],
)
def test_an_honest_answer_that_sounds_like_a_refusal_is_none(content: str) -> None:
    assert said(content) == "ok"


def test_a_long_reply_that_begins_like_a_refusal_goes_on_to_answer() -> None:
    begun = "I cannot provide advice. "
    assert said(begun + "x" * (300 - len(begun))) == "refusal"
    assert said(begun + "x" * (301 - len(begun))) == "ok"


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}, Usage(9, 7)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 5},
            },
            Usage(9, 7, 5, 4),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 7, "prompt_cache_hit_tokens": 3}, Usage(9, 7, None, 3)),
        (
            {"prompt_tokens": 9, "completion_tokens": 7, "prompt_tokens_details": None, "prompt_cache_hit_tokens": 3},
            Usage(9, 7, None, 3),
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": None}},
            Usage(9, 7),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 0, "completion_tokens_details": None}, Usage(9, 0)),
        ({"prompt_tokens": 9, "completion_tokens": None, "completion_tokens_details": {}}, Usage(9, 0)),
        ({"prompt_tokens": 9}, Usage(9, 0)),
        ({"prompt_tokens": 0, "completion_tokens": 2}, Usage(0, 2)),
    ],
)
def test_tokens_are_read_as_servers_tell_them(usage: Any, read: Usage) -> None:
    assert reply({"content": ANSWER}, usage=usage).usage == read


@pytest.mark.parametrize("usage", [None, {}, [], "9", {"prompt_tokens": None}, {"prompt_tokens": "9"}])
def test_tokens_that_are_not_told_are_estimated_from_both_texts(usage: Any) -> None:
    read = reply({"content": "y" * 99, "reasoning": "x" * 201}, usage=usage, asked="净利润" * 100)
    assert read.usage == Usage(prompt=estimate_tokens("净利润" * 100), completion=estimate_tokens("x" * 300))
    assert reply({"content": ANSWER}, asked="ask" * 50).usage.prompt == estimate_tokens("ask" * 50)


def test_an_estimate_counts_chinese_twice_as_high_as_ascii_and_never_nothing() -> None:
    assert [estimate_tokens(text) for text in ("", "a" * 100, "净" * 100, "a" * 100 + "净" * 100)] == [1, 31, 61, 91]


def test_the_server_s_own_name_and_fingerprint_are_told() -> None:
    read = reply({"content": ANSWER}, model="m-2026", system_fingerprint="fp_1")
    assert (read.model, read.fingerprint) == ("m-2026", "fp_1")
    for more in ({}, {"model": None}, {"model": ["m"], "system_fingerprint": {"fp": 1}}):
        read = reply({"content": ANSWER}, **more)
        assert (read.model, read.fingerprint) == (None, None)


def test_a_filter_that_answers_by_an_error_is_a_filtered_reply_that_costs_nothing() -> None:
    read = read_reply({"error": {"code": "content_filter", "message": "The response was filtered"}}, asked="q" * 99)
    assert (read.outcome, read.reasoning, read.content, read.usage) == ("filtered", "", "", Usage())


@pytest.mark.parametrize(
    "body",
    [
        *(None, 1, 1.5, True, "choices", [], [1], {}),
        *({"choices": []}, {"choices": None}, {"choices": {}}, {"choices": "abc"}, {"choices": [None]}),
        *({"choices": ["text"]}, {"choices": [[]]}, {"choices": 3}, {"error": {"code": 500, "message": "upstream"}}),
        *({"error": "content_filter"}, {"error": None}, {"object": "list", "data": []}),
    ],
)
def test_what_is_no_chat_completion_is_a_value_error(body: Any) -> None:
    with pytest.raises(ValueError, match="the reply "):
        read_reply(body)


@quick
@given(json_values, json_values, st.booleans())
def test_any_json_in_a_completion_is_a_reply_or_a_value_error(value: Any, other: Any, opened: bool) -> None:
    fields = ("content", "reasoning", "reasoning_content", "refusal")
    messages = [*({field: value} for field in fields), dict.fromkeys(fields, value)]
    choices = [{"message": message, "finish_reason": other} for message in messages]
    for body in (value, {"choices": value}, *({"choices": [choice], "usage": other} for choice in choices)):
        assert readable(body, opened)


def readable(body: Any, opened: bool) -> bool:
    try:
        read = read_reply(body, opened)
    except ValueError:
        return True
    return read.outcome in OUTCOMES and isinstance(read.reasoning, str) and isinstance(read.content, str)


def test_parts_inside_parts_are_read_to_the_ground() -> None:
    content: Any = ANSWER
    for _ in range(150):
        content = [{"type": "text", "text": content}]
    assert reply(json.loads(json.dumps({"content": content}))).content == ANSWER
