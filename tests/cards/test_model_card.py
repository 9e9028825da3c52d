"""The card of a model: every fact in it, the same numbers in both languages, YAML that the Hub reads."""

import ast
import re
from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest
import yaml
from huggingface_hub import ModelCard

from cards.model import model_card
from cards.model_facts import (
    Base,
    Data,
    Lora,
    Measured,
    ModelFacts,
    Policy,
    Result,
    Score,
    Setting,
    Training,
    Words,
)
from cards.notes import notes_of
from cards.record import as_record, of_record
from cards.words import Language

MINIMAL = ModelFacts(
    name="tiny",
    repo="",
    licence="",
    languages=(),
    method="sft",
    about=Words("", ""),
    base=Base("tiny-base", "", "", ""),
    data=Data("quickstart", "", "", "", "", "", "sft", 41, 0, 0),
    template=Words("The base's own chat template, as it is.", "沿用基座自带的对话模板。"),
    system="",
    example=Words("What is 3 + 4?", "3 + 4 等于多少？"),
    longest=512,
    lora=None,
    quantised="",
    settings=(),
    training=Training("CPU", 1, 60, 2.0, None, 13, 0),
    metrics=(),
    policy=None,
    results=(),
    level=0.95,
    intended=(),
    limits=(),
    citation="",
    versions={},
)

FULL = replace(
    MINIMAL,
    name="Fin-R1_7B",
    repo="org/Fin-R1-7B",
    licence="cc-by-nc-sa-4.0",
    languages=("en", "zh"),
    method="grpo",
    about=Words("A model for bank examinations.", "面向银行业考试的模型。"),
    base=Base("org/Fin-R1-7B-SFT", "org/Fin-R1-7B-SFT", "5d1f" * 10, "apache-2.0"),
    data=Data(
        "org/Fin-R1-Data", "org/Fin-R1-Data", "1.2.0", "9c03" * 10, "d00f", "cc-by-nc-sa-4.0", "rl", 23_451, 312, 67
    ),
    system='Think in "<think>" first.',
    example=Words("Net profit?\n\nBox it: \\boxed{}", "净利润？\n\n写成 \\boxed{}"),
    longest=4_096,
    lora=Lora(16, 32.0, 0.05, ("q_proj", "v_proj")),
    quantised="4-bit NF4",
    settings=(Setting("learning_rate", "5e-06"), Setting("num_generations", "8")),
    training=Training("H200", 8, 1_466, 1.5, 987_654_321, 7_205, 42),
    metrics=(Measured("train_loss", 0.913, 0.0871),),
    policy=Policy(
        means=(Measured("reward", 0.4125, 0.6631), Measured("kl", 0.0, 0.0123)),
        shares=(Measured("format_rate", 0.884, 0.996), Measured("groups_without_signal", 0.31, None)),
    ),
    results=(
        Result(
            "FinQA", "org/finqa", "test", "77ab" * 10,
            Score(801, 290, 56, 1_139, 801 / 1091, 0.7071, 0.7602, 801 / 1147, 0.6717, 0.7245),
            Score(602, 489, 56, 1_003, 602 / 1091, 0.5221, 0.5813, 602 / 1147, 0.4961, 0.5536),
        ),
        Result("内部题库", "", "", "", Score(0, 0, 19, 3, None, None, None, 0.0, 0.0, 0.1682), None),
    ),
    intended=(Words("Research on reasoning.", "推理研究。"),),
    limits=(Words("It has seen no filings after 2021.", "未见过 2021 年之后的年报。"),),
    citation="@misc{fin-r1-7b}",
    versions={"trl": "1.16.0", "peft": "0.21.2"},
)  # fmt: skip


def body(card: str) -> str:
    return ModelCard(card).text if card.startswith("---") else card


def numbers(card: str) -> Counter[str]:
    """Every number that the card's text holds, those inside names too."""
    return Counter(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?%?", body(card)))


@pytest.mark.parametrize("facts", [MINIMAL, FULL], ids=["minimal", "full"])
def test_facts_travel_as_json(facts: ModelFacts) -> None:
    assert of_record(ModelFacts, as_record(facts)) == facts


@pytest.mark.parametrize("facts", [MINIMAL, FULL], ids=["minimal", "full"])
def test_both_languages_state_the_same_numbers(facts: ModelFacts) -> None:
    english, chinese = (numbers(model_card(facts, language)) for language in get_args(Language))
    assert english == chinese
    assert english


@pytest.mark.parametrize("language", get_args(Language))
def test_a_card_has_no_number_of_its_own(language: Language) -> None:
    stated, code = ["512", "41", "41", "0", "0", "1", "13", "60", "2.00", "0", "3", "4"], ["0", "1"]
    assert numbers(model_card(MINIMAL, language)) == Counter([*stated, *code])


@pytest.mark.parametrize("facts", [MINIMAL, FULL], ids=["minimal", "full"])
@pytest.mark.parametrize("language", get_args(Language))
def test_nothing_is_left_over_in_a_card(facts: ModelFacts, language: Language) -> None:
    card = body(model_card(facts, language))
    assert not re.search(r"None|\{\{|\{%|Measured\(|Words\(|\n\n\n", card)
    assert card.count("```") % 2 == 0


@pytest.mark.parametrize("language", get_args(Language))
def test_a_full_card_states_its_facts(language: Language) -> None:
    card = model_card(FULL, language)
    for said in (
        "Fin-R1\\_7B",
        "23,451",
        "`org/Fin-R1-Data@v1.2.0`",
        f"`{'9c03' * 10}`",
        f"`{'5d1f' * 10}`",
        "4-bit NF4",
        "max_new_tokens=4096",
        "8 × H200",
        "7,205",
        "987,654,321",
        "| `learning_rate` | `5e-06` |",
        "| `train_loss` | 0.9130 | 0.0871 |",
        "| `reward` | 0.4125 | 0.6631 |",
        "| `format_rate` | 88.4% | 99.6% |",
        "| `groups_without_signal` | 31.0% | – |",
        "| `kl` | 0.0000 | 0.0123 |",
        "73.4% (70.7%, 76.0%)",
        "| 1,147 |",
        "@misc{fin-r1-7b}",
        "| `peft` | `0.21.2` |",
    ):
        assert said in card


@pytest.mark.parametrize("language", get_args(Language))
def test_a_benchmark_without_a_decided_answer_has_no_accuracy(language: Language) -> None:
    card = model_card(FULL, language)
    assert "| 内部题库 | Fin-R1\\_7B | 19 | – | 0.0% (0.0%, 16.8%) | 0 | 0 | 19 | 100.0% | 15.8% |" in card
    rates = "55.2% (52.2%, 58.1%) | 52.5% (49.6%, 55.4%)"
    assert f"| FinQA | org/Fin-R1-7B-SFT | 1,147 | {rates} | 602 | 489 | 56 | 4.9% | 87.4% |" in card


def test_what_the_hub_reads() -> None:
    data = ModelCard(model_card(FULL, "en")).data
    assert data.license == "cc-by-nc-sa-4.0"
    assert data.base_model == "org/Fin-R1-7B-SFT"
    assert data["base_model_relation"] == "finetune"
    assert data.datasets == ["org/Fin-R1-Data"]
    assert (data.library_name, data.pipeline_tag, data.language) == ("transformers", "text-generation", ["en", "zh"])
    assert "grpo" in data.tags
    (result,) = data.eval_results
    assert (result.dataset_type, result.dataset_split, result.dataset_revision) == ("org/finqa", "test", "77ab" * 10)
    assert (result.metric_type, result.metric_value) == ("accuracy", 0.7342)


def test_the_yaml_of_minimal_facts_claims_nothing() -> None:
    _, header, _ = model_card(MINIMAL, "en").split("---\n", 2)
    data = yaml.safe_load(header)
    assert data.keys() == {"library_name", "pipeline_tag", "tags", "model_name"}


def test_the_chinese_card_has_no_yaml() -> None:
    assert model_card(FULL, "zh").startswith("# Fin-R1")


@pytest.mark.parametrize("language", get_args(Language))
def test_a_model_that_was_not_evaluated_says_so(language: Language) -> None:
    assert {"en": "has not been evaluated", "zh": "未经评测"}[language] in model_card(MINIMAL, language)


@pytest.mark.parametrize("facts", [MINIMAL, FULL], ids=["minimal", "full"])
@pytest.mark.parametrize("language", get_args(Language))
def test_the_example_asks_as_training_did(facts: ModelFacts, language: Language) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", model_card(facts, language), re.DOTALL)
    lines = ast.parse(code).body
    messages = next(ast.literal_eval(one.value) for one in lines if isinstance(one, ast.Assign) and one.lineno == 4)
    system = [{"role": "system", "content": facts.system}] if facts.system else []
    assert messages == [*system, {"role": "user", "content": getattr(facts.example, language)}]


@pytest.mark.parametrize("language", get_args(Language))
def test_a_model_of_random_weights_has_no_base_in_its_card(language: Language) -> None:
    card = model_card(replace(MINIMAL, base=Base("", "", "", "")), language)
    assert {"en": "This is a new model with random weights,", "zh": "从随机权重的新模型出发"}[language] in card
    assert "``" not in card.replace("```", "")


@pytest.mark.parametrize("language", get_args(Language))
def test_time_that_nobody_knows_is_not_told(language: Language) -> None:
    card = model_card(replace(MINIMAL, training=replace(MINIMAL.training, seconds=None)), language)
    assert {"en": "1 × CPU.", "zh": "1 × CPU。"}[language] in card


@pytest.mark.parametrize("language", get_args(Language))
def test_notes_stand_in_the_card(language: Language) -> None:
    assert notes_of(model_card(MINIMAL, language)) == ""
    assert notes_of(model_card(FULL, language, "请先联系我们。\n\nAsk first.")) == "请先联系我们。\n\nAsk first."


@pytest.mark.parametrize("language", get_args(Language))
def test_the_same_facts_give_the_same_text(language: Language) -> None:
    assert model_card(FULL, language) == model_card(of_record(ModelFacts, as_record(FULL)), language)


@pytest.mark.parametrize("language", get_args(Language))
def test_no_name_breaks_a_table(language: Language) -> None:
    odd = replace(FULL, name="a|b\n# c", settings=(Setting("x|`y", "p|q\nr"),))
    card = body(model_card(odd, language))
    assert "\n# c" not in card
    assert all(line.endswith("|") for line in card.splitlines() if line.startswith("|"))
