from pathlib import Path
from typing import Any

import datasets
import pytest

from curate.errors import UserError
from train.data import Rows
from train.new import TAGS, learned, make
from train.spec import NewSpec, SftSpec
from train.text.template import prepared
from train.text.tokenizer import load_tokenizer

TEXT = "营业收入由 3600 增至 4212 亿元, growth 17%"


def rows(text: str = TEXT, digest: str = "d" * 32) -> Rows:
    said = [{"role": "assistant", "content": f"<think>\n{text}\n</think>\n<answer>\n{text}\n</answer>"}]
    row = {"id": "demo:1", "prompt": [{"role": "user", "content": text}], "completion": said}
    return Rows("demo", "", "", "", digest, "", datasets.Dataset.from_list([row] * 4), None)


def spec(**new: int) -> SftSpec:
    return SftSpec(name="x", method="sft", new=NewSpec(**{"hidden": 16, "vocabulary": 300, **new}), data="demo")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(spec(), rows(), tmp_path_factory.mktemp("new") / "model")


@pytest.fixture
def tokenizer(folder: Path) -> Any:
    return load_tokenizer(SftSpec(name="x", method="sft", model=str(folder), data="demo"))


def test_the_model_has_the_size_that_is_asked_for(folder: Path, tokenizer: Any) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder)
    config = model.config
    assert (config.model_type, config.num_hidden_layers, config.hidden_size) == ("qwen2", 2, 16)
    assert (config.num_attention_heads, config.max_position_embeddings) == (2, 4096)
    assert (config.eos_token_id, config.pad_token_id) == (tokenizer.eos_token_id, tokenizer.pad_token_id)
    assert config.vocab_size == len(tokenizer) == 300


def test_the_tokenizer_gives_texts_back_and_keeps_tags_and_digits(tokenizer: Any) -> None:
    text = f"<think>\n{TEXT}\n</think>\n<answer>\n🙂 {TEXT}\n</answer>"
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    written = [tokenizer.decode([one]) for one in ids]
    assert set(TAGS) < set(written)
    assert not [token for token in written if len(token) > 1 and any(letter in "0123456789" for letter in token)]
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|endoftext|>")


def test_the_tokenizer_is_loaded_as_it_was_learned(tokenizer: Any) -> None:
    made = learned([TEXT, f"<think>\n{TEXT}\n</think>\n<answer>\n{TEXT}\n</answer>"] * 4, 296, TAGS, 64)
    for text in (TEXT, "cafe\u0301 ½ 3 600\r\n\n  x's 二〇二四", "<think><answer>7</answer>"):
        assert made(text)["input_ids"] == tokenizer(text)["input_ids"]


def test_its_template_needs_nothing_done(tokenizer: Any) -> None:
    found = prepared(tokenizer, spec().template)
    assert (found.opening, found.end) == ("", "<|im_end|>")
    assert [words.en for words in found.said] == ["The model's own chat template, as it is."]


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    import torch

    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    assert contents(make(spec(), rows(), tmp_path / "again")) == contents(folder)
    assert torch.equal(torch.random.get_rng_state(), before)
    other = contents(make(spec(seed=1), rows(), tmp_path / "other"))
    assert {name for name, data in contents(folder).items() if other[name] != data} == {"model.safetensors", "new.json"}


def test_it_is_made_once_and_anew_for_other_settings_or_rows(tmp_path: Path) -> None:
    made = make(spec(), rows(), tmp_path / "model")
    (made / "config.json").write_text("touched")
    make(spec(), rows(), made)
    assert (made / "config.json").read_text() == "touched"
    make(spec(), rows("bond yield", digest="e" * 32), made)
    assert (made / "config.json").read_text() != "touched"
    (made / "new.json").unlink()  # as after a kill
    (made / "config.json").write_text("touched")
    make(spec(layers=1), rows(), made)
    assert '"num_hidden_layers": 1' in (made / "config.json").read_text()


def test_rows_without_completions_are_enough(tmp_path: Path) -> None:
    asked = rows().train.remove_columns("completion")
    there = make(spec(), Rows("demo", "", "", "", "f" * 32, "", asked, None), tmp_path / "model")
    assert (there / "model.safetensors").is_file()


@pytest.mark.parametrize("size", [{"hidden": 15, "heads": 1}, {"hidden": 20, "heads": 4}])
def test_a_width_that_heads_cannot_share_is_refused(size: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"new\.hidden: \d+ is no multiple of twice the heads"):
        make(spec(**size), rows(), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_folder_that_is_not_there_or_holds_no_tokenizer_is_told(tmp_path: Path) -> None:
    for model, told in ((tmp_path / "none", "there is no such folder"), (tmp_path, "its tokenizer cannot be loaded")):
        with pytest.raises(UserError, match=told):
            load_tokenizer(SftSpec(name="x", method="sft", model=str(model), data="demo"))


def test_a_model_that_the_hub_does_not_give_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        UserError, match=r"model 'org/none': .*\n  it is neither a folder here nor to be had from the Hub"
    ):
        load_tokenizer(SftSpec(name="x", method="sft", model="org/none", data="demo"))
