from pathlib import Path
from typing import Any

import pytest

from curate.errors import UserError
from tests.train.templated import CHATML, genuine, tokenizer
from train.spec import TemplateSpec
from train.text.said import AS_IT_IS
from train.text.template import prepared, prompt_text

PLAIN = TemplateSpec()
IM_END, DEEPSEEK, EOT = "<|im_end|>", "<｜end▁of▁sentence｜>", "<|eot_id|>"

# What is said of a template, by a word of it.
SAID = {
    "system": "It adds a system message of its own: `",
    "date": "It writes the day's date into every prompt",
    "opens": "Its generation prompt ends with `<think>\\n`",
    "before": "Before an answer it writes `",
    "drops": "It drops the reasoning of earlier answers",
    "empty": "It adds an empty thought to an answer",
    "spaces": "It rewrites the white space of an answer",
    "silent": "Behind an answer it writes nothing",
    "ends": "It ends an answer with `",
}

# name -> the eos_token of such models' tokenizers, what ends an answer, and what is said
HANDLED: dict[str, tuple[str, str, str]] = {
    "cohere": ("<|END_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", ""),
    "cohere2": ("<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|><|END_OF_TURN_TOKEN|>", "system"),
    "deepseek_r1_distill": (DEEPSEEK, DEEPSEEK, "opens drops"),
    "deepseekv3": (DEEPSEEK, DEEPSEEK, "opens drops"),
    "diffusion_gemma": ("<eos>", "<turn|>", "ends"),
    "gemma": ("<eos>", "<end_of_turn>", "ends"),
    "gemma3": ("<eos>", "<end_of_turn>", "ends"),
    "gemma4": ("<eos>", "<turn|>", "ends"),
    "glm4moe": ("<|endoftext|>", "<|endoftext|>", "before drops spaces silent"),
    "gptoss": ("<|return|>", "<|return|>", "system date before"),
    "lfm2": (IM_END, IM_END, ""),
    "lfm2_2_5": (IM_END, IM_END, "drops"),
    "llama3": (EOT, EOT, ""),
    "llama3_1": (EOT, EOT, "system"),
    "llama3_2": (EOT, EOT, "system date"),
    "muse_glimmer": ("<|eot|>", "<|eot|>", "system date before"),
    "nemotron_3_nano": (IM_END, IM_END, "opens drops"),
    "nemotron_3_ultra": (IM_END, IM_END, "opens drops"),
    "phi3": ("<|endoftext|>", "<|end|>", "ends"),
    "phi3_5": ("<|endoftext|>", "<|end|>", "ends"),
    "qwen2_5": (IM_END, IM_END, "system"),
    "qwen2_5_vl": (IM_END, IM_END, "system"),
    "qwen3": (IM_END, IM_END, "drops spaces"),
    "qwen3_5_think": (IM_END, IM_END, "opens drops spaces"),
    "qwen3_6": (IM_END, IM_END, "opens drops spaces"),
    "qwen3_8": (IM_END, IM_END, "system opens empty"),
    "qwen3_instruct_2507": (IM_END, IM_END, ""),
    "qwen3_vl": (IM_END, IM_END, ""),
}


@pytest.mark.parametrize("name", HANDLED)
def test_a_genuine_template_is_handled_and_what_it_does_is_told(name: str) -> None:
    eos, end, said = HANDLED[name]
    found = prepared(tokenizer(genuine(name), eos), PLAIN)
    assert found.end == end
    assert found.opening == ("<think>\n" if "opens" in said else "")
    told = {key for words in found.said for key, text in SAID.items() if words.en.startswith(text)}
    assert told == set(said.split())
    assert (found.said == (AS_IT_IS,)) == (not said)
    for words in found.said:
        assert any("一" <= letter <= "鿿" for letter in words.zh)


def test_a_system_message_of_the_templates_own_is_named_by_its_first_words() -> None:
    said = prepared(tokenizer(genuine("qwen2_5")), PLAIN).said
    assert "`You are Qwen, created by Alibaba Cloud. " in said[0].en
    assert "`You are Qwen, created by Alibaba Cloud. " in said[0].zh


def test_a_system_message_that_is_given_takes_its_place() -> None:
    spec = TemplateSpec(system="先思考，再回答。")
    one = tokenizer(genuine("qwen2_5"))
    assert [words.en for words in prepared(one, spec).said] == [
        "A system message stands before every prompt: `先思考，再回答。`."
    ]
    assert prompt_text(one, [{"role": "user", "content": "3 + 4?"}], spec) == (
        "<|im_start|>system\n先思考，再回答。<|im_end|>\n<|im_start|>user\n3 + 4?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("name", ["cohere2", "gptoss", "llama3_1", "muse_glimmer", "qwen3_8"])
def test_words_that_a_template_adds_beside_a_given_message_are_told(name: str) -> None:
    said = prepared(tokenizer(genuine(name), HANDLED[name][0]), TemplateSpec(system="Be brief.")).said
    assert [words.en.startswith(SAID["system"]) for words in said[:2]] == [False, True]
    assert "Be brief." not in said[1].en


def test_a_thought_that_a_template_opens_by_a_switch_is_left_to_the_model() -> None:
    spec = TemplateSpec(kwargs={"enable_thinking": True})
    found = prepared(tokenizer(genuine("qwen3_5_nothink")), spec)
    assert found.opening == "<think>\n"
    assert found.said[0].en.startswith('The template is handed `{"enable_thinking": true}`, ')


ASKED = [{"role": "user", "content": "3 + 4?"}]
# Templates of which the beginning could be changed by what is put before it.
BEGINNINGS = [
    "",
    "\n",
    "\n\n",
    "  ",
    "{#- a comment -#}\n",
    "{# a comment #}\n\n",
    "  {%- set a = 1 -%}  ",
    "  {% set a = 1 %}\n",
]


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("qwen3_5_nothink", {"enable_thinking": True}),
        ("qwen3", {"enable_thinking": True}),
        ("glm4moe", {"enable_thinking": True}),
    ],
)
def test_a_saved_tokenizer_asks_as_it_was_trained_without_being_handed_anything(
    name: str, kwargs: dict[str, Any], tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    plain, one, spec = tokenizer(genuine(name)), tokenizer(genuine(name)), TemplateSpec(kwargs=kwargs)
    prepared(one, spec)
    one.save_pretrained(tmp_path)
    saved = AutoTokenizer.from_pretrained(tmp_path)
    asked: dict[str, Any] = {"tokenize": False, "add_generation_prompt": True}
    assert saved.apply_chat_template(ASKED, **asked) == prompt_text(one, ASKED, spec)
    assert saved.apply_chat_template(ASKED, **asked) == plain.apply_chat_template(ASKED, **asked, **kwargs)
    off = {"enable_thinking": False}
    assert saved.apply_chat_template(ASKED, **asked, **off) == plain.apply_chat_template(ASKED, **asked, **off)


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("value", [True, False, None, 3, -0.5, "", "a \"b\" {% c %} \\n\n'd'", "深思😀"])
def test_what_a_template_is_handed_is_kept_in_it_and_nothing_else_is_changed(beginning: str, value: Any) -> None:
    text = beginning + "{{ [mode] }}" + CHATML
    plain, one, spec = tokenizer(text), tokenizer(text), TemplateSpec(kwargs={"mode": value})
    prepared(one, spec)
    expected = plain.apply_chat_template(ASKED, tokenize=False, add_generation_prompt=True, mode=value)
    assert prompt_text(one, ASKED, spec) == expected
    assert repr(value) in expected


@pytest.mark.parametrize("later", [{}, {"mode": "deep"}, {"mode": "quick"}])
def test_a_later_training_goes_on_with_it_or_says_otherwise(later: dict[str, Any]) -> None:
    one = tokenizer("{{ mode }}" + CHATML)
    for kwargs in ({"mode": "deep"}, later):
        prepared(one, TemplateSpec(kwargs=kwargs))
    said: str = one.apply_chat_template(ASKED, tokenize=False)
    assert said.startswith(f"{later.get('mode', 'deep')}<|im_start|>")


def test_each_template_of_a_tokenizer_that_has_several_keeps_it() -> None:
    one = tokenizer("{{ mode }}" + CHATML)
    one.chat_template = {"default": one.chat_template, "tool_use": "tools {{ mode }}" + CHATML}
    prepared(one, TemplateSpec(kwargs={"mode": "deep"}))
    for tools, said in ((None, "deep<|im_start|>"), ([{"type": "function"}], "tools deep<|im_start|>")):
        assert one.apply_chat_template(ASKED, tools=tools, tokenize=False).startswith(said)


def test_the_token_that_ends_a_turn_is_where_generation_stops() -> None:
    base = tokenizer(genuine("qwen3_instruct_2507"), eos="<|endoftext|>", special=["<|endoftext|>"])
    found = prepared(base, PLAIN)
    assert (found.end, base.eos_token) == ("<|im_end|>", "<|im_end|>")
    assert base.eos_token_id == base.convert_tokens_to_ids("<|im_end|>")
    assert "with `<|im_end|>`, not with the tokenizer's `<|endoftext|>`" in found.said[0].en


@pytest.mark.parametrize(
    ("behind", "end"),
    [(" </s>", "</s>"), ("\n</s>\n", "</s>"), ("\n### End</s>", "### End</s>"), ("<|a|></s>\n<|a|>", "<|a|></s>")],
)
def test_the_end_goes_as_far_as_the_first_special_tokens(behind: str, end: str) -> None:
    template = "{% for m in messages %}{{ m.role }}: {{ m.content }}" + behind + "{% endfor %}"
    assert prepared(tokenizer(template, eos="</s>"), PLAIN).end == end


def test_an_end_that_is_no_token_gives_way_to_the_tokenizers_own() -> None:
    found = prepared(tokenizer(CHATML, eos="</s>", special=["</s>"], marks=False), PLAIN)
    assert found.end == "</s>"
    assert found.said[-1].en == (
        "Behind an answer it writes `<|im_end|>`, which is no special token: in training `</s>` ends it."
    )


def test_a_file_takes_the_place_of_the_models_own_template(tmp_path: Path) -> None:
    (tmp_path / "chatml.jinja").write_text(CHATML, encoding="utf-8")
    spec = TemplateSpec(file=tmp_path / "chatml.jinja")
    one = tokenizer(None, special=["<|im_end|>"])
    assert prepared(one, spec).said[0].en == "The chat template is `chatml.jinja`, not the model's own."
    assert prompt_text(one, [{"role": "user", "content": "问"}], spec).endswith("问<|im_end|>\n<|im_start|>assistant\n")


def test_tags_that_are_special_tokens_are_told() -> None:
    special = prepared(tokenizer(CHATML, special=["<think>", "</think>"]), PLAIN).said
    assert special[0].en.startswith("`</think>` `<think>` are special tokens")
    plain = tokenizer(CHATML)
    plain.add_tokens(["<think>", "</think>"])
    assert prepared(plain, PLAIN).said == (AS_IT_IS,)


REFUSED = [
    ("idefics3", {}, "leaves out the text of messages"),
    ("smolvlm", {}, "leaves out the text of messages"),
    ("llava_next", {}, "refuses user, assistant: .* has no attribute 'text'"),
    ("gemma", {"system": "Be brief."}, "refuses system, user: System role not supported\n.*template.system"),
    ("qwen3_5_nothink", {}, r"closes the thought .*\n  set template.kwargs: {enable_thinking: true}"),
    ("qwen3", {"kwargs": {"enable_thinking": False}}, r"closes the thought .*\n  set .*{enable_thinking: true}"),
    ("qwen3", {"kwargs": {"enable_thought": True}}, "knows no 'enable_thought'"),
    ("qwen3", {"kwargs": {"enable_thinking": ["a"]}}, "'enable_thinking' is no text, number, true or false"),
    ("qwen3", {"kwargs": {"add_generation_prompt": False}}, "'add_generation_prompt' is given to every template"),
]


@pytest.mark.parametrize(("name", "spec", "told"), REFUSED)
def test_a_genuine_template_that_no_training_can_use_is_refused(name: str, spec: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=f"(?s){told}"):
        prepared(tokenizer(genuine(name)), TemplateSpec(**spec))


@pytest.mark.parametrize(
    ("template", "system", "told"),
    [
        (None, None, "no chat template, .*\n  name a Jinja file: template.file"),
        ("", None, "no chat template"),
        ("{% for m in messages %}", None, "refuses user: "),
        ("{{ messages[0].content + 1 }}", None, "refuses user: "),
        ("{{ messages[0].parts[0] }}", None, "refuses user: "),
        ("{{ messages[-1].content }}", "Be brief.", "leaves out the system message"),
        ("{{ messages[-1].content }}<think></think>", None, r"(?s)closes the thought.*\n  give another template"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(template: str | None, system: str | None, told: str) -> None:
    with pytest.raises(UserError, match=told):
        prepared(tokenizer(template), TemplateSpec(system=system))


def test_roles_that_a_template_does_not_take_in_this_order_are_told() -> None:
    one = tokenizer(genuine("gemma3"), eos="<eos>")
    prepared(one, PLAIN)
    with pytest.raises(UserError, match="refuses user, user: Conversation roles must alternate"):
        prompt_text(one, [{"role": "user", "content": "1"}, {"role": "user", "content": "2"}], PLAIN)


def test_nothing_that_ends_an_answer_is_refused() -> None:
    with pytest.raises(UserError, match="nothing ends an answer"):
        prepared(tokenizer("{% for m in messages %}{{ m.content }}\n{% endfor %}", eos=None), PLAIN)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"template\.file: '.*none\.jinja' cannot be read"):
        prepared(tokenizer(CHATML), TemplateSpec(file=tmp_path / "none.jinja"))
