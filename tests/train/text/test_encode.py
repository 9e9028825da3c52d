from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import UserError
from tests.train.templated import CHATML, genuine, tokenizer
from tests.train.text.test_template import HANDLED
from train.spec import TemplateSpec
from train.text.encode import IGNORED, Encoded, behind, encode
from train.text.template import Template, prepared, prompt_text

TEXTS = st.text(st.sampled_from("ab Z09.,%=+\n\t<>/\\{}营收增长率：，。（）％亿元"), min_size=1, max_size=40)
SPEC = TemplateSpec()


@cache
def known(name: str) -> tuple[Any, Template]:
    """A tokenizer with this template, and what that is found to be."""
    made = tokenizer(genuine(name), HANDLED[name][0])
    return made, prepared(made, SPEC)


def row(question: str, reasoning: str = "3 + 4 = 7", answer: str = r"\boxed{7}") -> dict[str, Any]:
    said = f"<think>\n{reasoning}\n</think>\n<answer>\n{answer}\n</answer>"
    prompt = [{"role": "user", "content": question}]
    return {"id": "q", "prompt": prompt, "completion": [{"role": "assistant", "content": said}]}


def text(one: Any, ids: list[int]) -> str:
    return str(one.decode(ids, clean_up_tokenization_spaces=False))


def learned(encoded: Encoded) -> list[int]:
    return [label for label in encoded.labels if label != IGNORED]


@pytest.mark.parametrize("name", HANDLED)
@settings(max_examples=8, deadline=None)
@given(question=TEXTS, reasoning=TEXTS, answer=TEXTS)
def test_a_row_is_the_prompt_then_the_completion_then_the_end(
    name: str, question: str, reasoning: str, answer: str
) -> None:
    (one, template), given = known(name), row(question, reasoning, answer)
    encoded = encode(one, given, template, SPEC)
    before = prompt_text(one, given["prompt"], SPEC)
    said = behind(given["completion"][0]["content"], template.opening) + template.end
    assert text(one, encoded.ids) == before + said
    assert template.opening + said == given["completion"][0]["content"] + template.end
    assert text(one, learned(encoded)) == said
    assert encoded.labels == [IGNORED] * encoded.prompt + encoded.ids[encoded.prompt :]
    asked = one.apply_chat_template(given["prompt"], add_generation_prompt=True)["input_ids"]
    assert encoded.ids[: encoded.prompt] == asked  # what a server makes of the messages


def test_a_system_message_and_the_templates_switches_stand_in_the_prompt() -> None:
    spec = TemplateSpec(system="先思考。", kwargs={"enable_thinking": True})
    one = tokenizer(genuine("qwen3_5_nothink"))
    encoded = encode(one, row("3 + 4?"), prepared(one, spec), spec)
    assert text(one, encoded.ids[: encoded.prompt]) == (
        "<|im_start|>system\n先思考。<|im_end|>\n<|im_start|>user\n3 + 4?<|im_end|>\n<|im_start|>assistant\n<think>\n"
    )
    assert text(one, learned(encoded)).startswith("3 + 4 = 7\n</think>\n<answer>")


def test_a_row_without_a_completion_is_its_prompt() -> None:
    one, template = known("qwen3")
    whole = encode(one, row("3 + 4?"), template, SPEC)
    for asked in ({"prompt": row("3 + 4?")["prompt"]}, row("3 + 4?") | {"completion": None}):
        encoded = encode(one, asked, template, SPEC)
        assert encoded.ids == whole.ids[: whole.prompt]
        assert (encoded.labels, encoded.prompt) == ([IGNORED] * whole.prompt, whole.prompt)


def test_nothing_adds_a_token_that_the_template_did_not_write() -> None:
    from tokenizers.processors import TemplateProcessing

    one = tokenizer(CHATML, special=["<s>"])
    one.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", one.convert_tokens_to_ids("<s>"))]
    )
    assert text(one, one("3")["input_ids"]) == "<s>3"
    assert "<s>" not in text(one, encode(one, row("3 + 4?"), prepared(one, SPEC), SPEC).ids)


def test_a_row_longer_than_the_model_takes_is_whole() -> None:
    one = tokenizer(CHATML)
    one.model_max_length = 16
    assert text(one, encode(one, row("营收" * 50), prepared(one, SPEC), SPEC).ids).endswith("</answer><|im_end|>")


@pytest.mark.parametrize(
    ("completion", "opening", "rest"),
    [
        ("<think>\n3\n</think>", "", "<think>\n3\n</think>"),
        ("<think>\n3\n</think>", "<think>\n", "3\n</think>"),
        ("<think>\n3\n</think>", "<think>", "\n3\n</think>"),
        ("<think>\n3\n</think>", "<think>\n\n", "3\n</think>"),
        ("<think>3</think>", "<think>\n", "3</think>"),
        ("思考：3", "<think>\n", "思考：3"),
    ],
)
def test_what_the_prompt_opens_is_not_said_again(completion: str, opening: str, rest: str) -> None:
    assert behind(completion, opening) == rest


def test_a_prompt_that_the_template_refuses_is_told() -> None:
    one, template = known("gemma3")
    with pytest.raises(UserError, match="must alternate"):
        encode(one, {"prompt": row("3")["prompt"] * 2}, template, SPEC)
