"""The form of a completion: what is rewarded, and what is said of everything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat.reply import read_reply
from train.text.form import FAULTS, fault, has_thought, rejoined, well_formed

TAGS = ["<think>", "</think>", "<answer>", "</answer>"]
GOOD = "<think>3 + 4 = 7</think><answer>\\boxed{7}</answer>"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "  <think>\n3 + 4\n</think>\n\n<answer>\nIt is \\boxed{7}.\n</answer>\n",
        "<think>先算增长率。</think>\n<answer>答案是\\boxed{A、C}</answer>",
        "<think>x</think><answer>\\boxed{\\frac{1}{2}} and \\boxed{2}</answer>",
        "<think>a < b, so <b>it</b> is</think><answer>\\boxed{7}</answer>",
    ],
)
def test_one_thought_and_then_one_boxed_answer_is_well_formed(text: str) -> None:
    assert fault(text) is None
    assert well_formed(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "think_missing"),
        ("\\boxed{7}", "think_missing"),
        ("<think>3 + 4 = 7", "think_missing"),
        ("3 + 4 = 7</think><answer>\\boxed{7}</answer>", "think_missing"),
        ("<THINK>3</THINK><answer>\\boxed{7}</answer>", "think_missing"),
        ("<think>3</think><think>4</think><answer>\\boxed{7}</answer>", "think_repeated"),
        ("<think>3</think></think><answer>\\boxed{7}</answer>", "think_repeated"),
        ("<think>3 + 4 = 7</think>\\boxed{7}", "answer_missing"),
        ("<think>3 + 4 = 7</think><answer>\\boxed{7}", "answer_missing"),
        (GOOD + "<answer>\\boxed{7}</answer>", "answer_repeated"),
        (GOOD + GOOD, "think_repeated"),
        ("<answer>\\boxed{7}</answer><think>3 + 4 = 7</think>", "out_of_order"),
        ("<think>3 <answer>\\boxed{7}</answer> 4</think>", "out_of_order"),
        ("</think>3<think><answer>\\boxed{7}</answer>", "out_of_order"),
        ("Sure. " + GOOD, "text_outside"),
        ("<think>3</think>So <answer>\\boxed{7}</answer>", "text_outside"),
        (GOOD + "。", "text_outside"),
        (GOOD + "<|im_end|>", "text_outside"),
        ("<think>\n\n</think><answer>\\boxed{7}</answer>", "think_empty"),
        ("<think>3</think><answer>7</answer>", "box_missing"),
        ("<think>\\boxed{7}</think><answer>7</answer>", "box_missing"),
        ("<think>3</think><answer>\\boxed{}</answer>", "box_missing"),
        ("<think>3</think><answer>\\boxed{ }</answer>", "box_missing"),
        ("<think>3</think><answer>\\boxed{7</answer>", "box_missing"),
        ("<think>3</think><answer></answer>", "box_missing"),
    ],
)
def test_everything_else_has_a_fault_by_name(text: str, what: str) -> None:
    assert fault(text) == what
    assert what in FAULTS
    assert not well_formed(text)


@given(st.text(), st.text(min_size=1), st.text(max_size=3))
@settings(max_examples=100)
def test_any_thought_and_any_boxed_text_are_well_formed(thought: str, box: str, space: str) -> None:
    thought, box = f"1{thought}".replace("<", ""), f"1{box}".replace("<", "").replace("{", "").replace("}", "")
    between = space if space.isspace() else ""
    assert fault(f"{between}<think>{thought}</think>{between}<answer>\\boxed{{{box}}}</answer>{between}") is None


@given(st.lists(st.sampled_from([*TAGS, "\\boxed{7}", "7", " "]), max_size=9))
@settings(max_examples=300)
def test_tags_in_any_order_are_well_formed_only_in_the_right_one(parts: list[str]) -> None:
    text = "".join(parts)
    right = [part for part in parts if part in TAGS] == TAGS
    if fault(text) is None:
        assert right
        thought, answer = text.split("</think>")
        assert "\\boxed{7}" in answer
        assert text.lstrip().startswith("<think>")
        assert text.rstrip().endswith("</answer>")
        assert has_thought(text)
        assert thought.replace("<think>", "").strip()


@pytest.mark.parametrize("size", [1_000_000])
@pytest.mark.parametrize("part", ["<think>", "</think>", "<answer>", "\\boxed{", "<think", "{", "boxed{}", "思", " "])
def test_a_text_without_end_is_read_in_its_length(part: str, size: int) -> None:
    text = part * (size // len(part))
    assert fault(text) is not None
    assert fault(f"<think>{text}</think><answer>{text}</answer>") is not None
    has_thought(text)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (GOOD, True),
        ("So: <think>3</think> 7", True),
        ("<think>3", False),
        ("3</think>7", False),
        ("</think><think>", False),
        ("<think> </think>7", False),
        ("7", False),
    ],
)
def test_a_thought_is_there_once_it_is_opened_closed_and_said(text: str, there: bool) -> None:
    assert has_thought(text) is there


@pytest.mark.parametrize(
    "text", [GOOD, "\\boxed{7}", "<think>3", "", "<think>3</think>7", "Sure. " + GOOD, GOOD + GOOD]
)
def test_what_a_server_took_apart_is_as_well_formed_as_it_was(text: str) -> None:
    read = read_reply({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})
    assert well_formed(rejoined(read.reasoning, read.content)) is well_formed(text)


@pytest.mark.parametrize(("content", "good"), [("<answer>\\boxed{7}</answer>", True), ("\\boxed{7}", False)])
def test_reasoning_that_came_beside_the_answer_is_the_thought(content: str, good: bool) -> None:
    assert well_formed(rejoined("3 + 4 = 7", content)) is good
