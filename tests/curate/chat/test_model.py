"""Models of a recipe: what is refused and where it says so, what they cost, and what the journal knows them by."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.chat.model import Model, Price, Sampling
from curate.errors import UserError
from curate.recipe import load_recipe

RECIPE = """\
name: mine
version: 1.0.0
sources:
  - {use: table, from: a.csv}
models:
  teacher:
    model: reasoner
    base_url: https://api.example.com/v1
    sampling:
      temperature: 0.6
    price: {input: 0.5, output: 2}
  judge:
    serve: vllm
    model: org/judge
"""
MEGABYTE = 1 << 20


def write(folder: Path, text: str = RECIPE) -> Path:
    path = folder / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def served(**said: Any) -> str:
    return Model(**{"serve": "vllm", "model": "org/judge", **said}).known_as()


def weights(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text('{"layers": 4}')
    (folder / "sub" / "model.safetensors").write_bytes(b"w" * (3 * MEGABYTE))
    return folder


def test_a_good_recipe_gives_its_models(tmp_path: Path) -> None:
    models = load_recipe(write(tmp_path)).models
    assert models["teacher"].sampling.over({}) == {"temperature": 0.6}
    assert models["teacher"].price == Price(input=0.5, output=2)
    assert (models["teacher"].concurrency, models["teacher"].timeout) == (64, 3600)
    assert models["teacher"].known_as() == "https://api.example.com/v1 reasoner"
    assert models["judge"].known_as() == "vllm:org/judge@main"


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("model: reasoner", "modle: reasoner"), 7, "'models.teacher.model' is missing; 'modle' stands there"),
        (("model: reasoner", "model: ''"), 7, "'models.teacher.model'"),
        (("model: reasoner", "model: 7"), 7, "'models.teacher.model' must be text"),
        (("base_url: https://", "base_url: "), 8, "must begin with http:// or https://"),
        (("base_url: https://", "base_url: ftp://"), 8, "must begin with http:// or https://"),
        (("//api.example.com/v1", "///v1"), 8, "name a host"),
        (("base_url: https://api.example.com/v1", "concurrency: 4"), 6, "either a `base_url` or `serve: vllm`"),
        (("serve: vllm", "serve: sglang"), 13, "'models.judge.serve'"),
        (("serve: vllm", "serve: vllm\n    base_url: http://h/v1"), 12, "either a `base_url` or `serve: vllm`"),
        (("serve: vllm", "serve: vllm\n    api_key_env: KEY"), 12, "`api_key_env` is for an endpoint"),
        (("serve: vllm", "serve: transformers\n    structured: json_schema"), 12, "server ignores `structured`"),
        (("serve: vllm", "serve: transformers\n    open_think: continue"), 12, "server ignores `open_think`"),
        (
            ("serve: vllm", "serve: transformers\n    sampling: {max_completion_tokens: 9}"),
            12,
            "server ignores `sampling.max_completion_tokens`",
        ),
        (("serve: vllm", "serve: vllm\n    api_version: '1'"), 12, "`api_version` is for an endpoint"),
        (("serve: vllm", "serve: vllm\n    args: [--seed, 4]"), 14, "must be text; put numbers in quotes; found 4"),
        (("serve: vllm", "serve: vllm\n    args: --seed 4"), 14, "must be a list"),
        (("serve: vllm", "serve: vllm\n    env: {A: 1}"), 14, "'models.judge.env.A' must be text"),
        (("    sampling:", "    args: [--seed]\n    sampling:"), 6, "`args` is for a served model"),
        (("    sampling:", "    env: {A: b}\n    sampling:"), 6, "`env` is for a served model"),
        (("    sampling:", "    revision: main\n    sampling:"), 6, "`revision` is for a served model"),
        (("    sampling:", "    concurrency: 0\n    sampling:"), 9, "greater than or equal to 1; found 0"),
        (("    sampling:", "    concurrency: 5000\n    sampling:"), 9, "less than or equal to 4096"),
        (("    sampling:", "    timeout: 0\n    sampling:"), 9, "greater than 0"),
        (("    sampling:", "    requests_per_minute: 0\n    sampling:"), 9, "'models.teacher.requests_per_minute'"),
        (("    sampling:", "    open_think: 'yes'\n    sampling:"), 9, "'none', 'continue' or 'prefix'"),
        (("    sampling:", "    api_key: sk-secret\n    sampling:"), 9, "unknown key 'api_key'"),
        (("temperature: 0.6", "temperature: -0.1"), 10, "greater than or equal to 0; found -0.1"),
        (("temperature: 0.6", "temperature: .nan"), 10, "found nan"),
        (("temperature: 0.6", "temperature: warm"), 10, "'models.teacher.sampling.temperature'"),
        (("temperature: 0.6", "top_p: 0"), 10, "greater than 0; found 0"),
        (("temperature: 0.6", "top_p: 1.1"), 10, "less than or equal to 1; found 1.1"),
        (("temperature: 0.6", "max_tokens: 0"), 10, "greater than or equal to 1; found 0"),
        (("temperature: 0.6", "n: 2"), 9, "'n' is not for the recipe to set"),
        (("temperature: 0.6", "stream: true"), 9, "'stream' is not for the recipe to set"),
        (("temperature: 0.6", "model: other"), 9, "'model' is not for the recipe to set"),
        (("temperature: 0.6", "messages: []"), 9, "'messages' is not for the recipe to set"),
        (("input: 0.5", "input: -0.5"), 11, "'models.teacher.price.input'"),
        (("input: 0.5, ", ""), 11, "'models.teacher.price.input' is missing"),
        (("output: 2", "output: 2, cached: -1"), 11, "'models.teacher.price.cached'"),
        (("{input: 0.5, output: 2}", "free"), 11, "must be a mapping of keys to values; found 'free'"),
        (("  judge:", "  a b:"), 12, "models.a b"),
    ],
)
def test_a_fault_of_a_model_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, said: str
) -> None:
    path = write(tmp_path, RECIPE.replace(*change))
    with pytest.raises(UserError) as raised:
        load_recipe(path)
    text = str(raised.value)
    assert f"{path}:{line}: " in text
    assert said in text
    assert "sk-secret" not in text


@pytest.mark.parametrize(
    "url", ["https://user:hunter22@h/v1", "https://:hunter22@h/v1", "https://user@h/v1", "https://h/v1?key=hunter22"]
)
def test_an_address_with_a_user_a_password_or_a_query_is_refused(tmp_path: Path, url: str) -> None:
    path = write(tmp_path, RECIPE.replace("https://api.example.com/v1", url))
    with pytest.raises(UserError) as raised:
        load_recipe(path)
    assert f"{path}:8: 'models.teacher.base_url'" in str(raised.value)
    assert "may hold no user, password or query; name the key's variable in `api_key_env`" in str(raised.value)


def test_null_in_sampling_leaves_a_default_out_and_other_keys_are_handed_on(tmp_path: Path) -> None:
    text = RECIPE.replace("temperature: 0.6", "temperature: null\n      top_k: 20\n      stop: null")
    sampling = load_recipe(write(tmp_path, text)).models["teacher"].sampling
    defaults = {"temperature": 0.6, "top_p": 0.95, "max_tokens": 32768}
    assert sampling.over(defaults) == {"top_p": 0.95, "max_tokens": 32768, "top_k": 20}
    assert Sampling().over(defaults) == defaults
    assert Sampling(temperature=0, max_tokens=5).over(defaults) == {"temperature": 0, "top_p": 0.95, "max_tokens": 5}
    assert Sampling(reasoning={"effort": "high"}).over({}) == {"reasoning": {"effort": "high"}}


def test_a_temperature_is_the_same_however_its_number_is_written(tmp_path: Path) -> None:
    written = [RECIPE.replace("temperature: 0.6", f"temperature: {number}") for number in ("1", "1.0", "'1'", "1e0")]
    read = [load_recipe(write(tmp_path, text)).models["teacher"].sampling.over({}) for text in written]
    assert {repr(sampling) for sampling in read} == {"{'temperature': 1.0}"}


def test_a_price_is_per_million_tokens_and_cached_ones_have_their_own() -> None:
    assert Price(input=0.5, output=2).of(1_000_000, 500_000) == 1.5
    assert Price(input=0.5, output=2).of(1_000_000, 0, cached=1_000_000) == 0.5
    assert Price(input=0.5, output=2, cached=0.1).of(1_000_000, 500_000, cached=400_000) == pytest.approx(1.34)
    assert Price(input=0.5, output=2, cached=0).of(1_000_000, 0, cached=400_000) == pytest.approx(0.3)


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(*[st.integers(0, 10**7)] * 3, *[st.floats(0, 100)] * 3)
def test_no_call_costs_less_than_nothing_or_more_than_all_its_tokens_at_the_highest_price(
    prompt: int, completion: int, cached: int, first: float, second: float, third: float
) -> None:
    usd = Price(input=first, output=second, cached=third).of(prompt, completion, cached)
    assert 0 <= usd <= (prompt + completion) * max(first, second, third) / 1e6 + 1e-9


def test_an_endpoint_is_known_by_its_address_and_name() -> None:
    assert Model(model="m", base_url="https://h/v1/").known_as() == "https://h/v1 m"
    plain = Model(model="m", base_url="https://h/v1")
    assert plain.known_as() == "https://h/v1 m"
    for changed in (Model(model="n", base_url="https://h/v1"), Model(model="m", base_url="https://h:8000/v1")):
        assert changed.known_as() != plain.known_as()
    for same in (
        {"concurrency": 4, "timeout": 5.0, "requests_per_minute": 6, "tokens_per_minute": 7},
        {"api_key_env": "KEY", "price": Price(input=1, output=1), "open_think": "continue"},
        {"sampling": Sampling(temperature=1)},
    ):
        assert Model(model="m", base_url="https://h/v1", **same).known_as() == plain.known_as()


def test_a_model_that_moved_house_is_known_by_the_identity_that_the_recipe_gives(tmp_path: Path) -> None:
    for place in ({"base_url": "https://h/v1"}, {"serve": "vllm", "args": ("--dtype", "half")}):
        assert Model(model="m", identity="old house", **place).known_as() == "old house"
    text = RECIPE.replace("    price:", "    identity: https://old.example.com reasoner\n    price:")
    assert load_recipe(write(tmp_path, text)).models["teacher"].known_as() == "https://old.example.com reasoner"


def test_a_served_model_is_known_by_name_revision_and_the_arguments_that_change_what_it_says() -> None:
    assert served() == "vllm:org/judge@main"
    assert served(revision="abc") == "vllm:org/judge@abc"
    assert served(args=("--quantization", "awq")) == "vllm:org/judge@main --quantization=awq"
    assert served(args=("--quantization=awq",)) == served(args=("--quantization", "awq"))
    assert served(args=("--dtype", "half", "--quantization", "awq")) == served(
        args=("--quantization=awq", "--tensor-parallel-size", "4", "--dtype=half")
    )
    same = (
        *(("--tensor-parallel-size", "4"), ("--port", "9000"), ("--data-parallel-size=2",)),
        *(("--gpu-memory-utilization", "0.9"), ("--reasoning-parser", "deepseek_r1"), ("--max-num-seqs", "8")),
    )
    assert {served(args=args) for args in same} == {served()}
    assert served(env={"CUDA_VISIBLE_DEVICES": "1"}) == served()
    changed = (
        *(("--quantization", "awq"), ("--quantization", "fp8"), ("--dtype", "half"), ("--kv-cache-dtype", "fp8")),
        *(("--chat-template", "a.jinja"), ("--tokenizer", "other"), ("--tokenizer-revision", "b")),
        *(("--hf-overrides", '{"rope_theta": 2}'), ("--rope-scaling", "{}"), ("--rope-theta", "2")),
        *(("--lora-modules", "a=b"), ("--generation-config", "vllm"), ("--override-generation-config", '{"seed": 1}')),
        *(("--default-chat-template-kwargs", '{"enable_thinking": false}'), ("--dtype=float32",)),
    )
    assert len({served(), *(served(args=args) for args in changed)}) == len(changed) + 1


def test_transformers_server_is_known_apart_from_vllms_and_is_asked_two_calls_at_a_time() -> None:
    assert served(serve="transformers", revision="abc") == "transformers:org/judge@abc"
    plain = served(serve="transformers")
    changed = ("--quantization=bnb-4bit", "--dtype=float16", "--reasoning=off", "--chat-template-kwargs={}")
    assert [served(serve="transformers", args=(one,)) for one in changed] == [f"{plain} {one}" for one in changed]
    same = (("--device", "cpu"), ("--port", "9"), ("--compile",), ("--log-level", "info"), ("--default-seed", "4"))
    assert {served(serve="transformers", args=args) for args in same} == {plain}
    model = {"model": "m", "serve": "transformers"}
    assert [Model(**model).concurrency, Model(**model, concurrency=9).concurrency] == [2, 9]


def test_a_folder_is_known_by_what_is_in_it_not_by_where_it_lies(tmp_path: Path) -> None:
    here, there = weights(tmp_path / "here" / "tuned"), weights(tmp_path / "there" / "tuned")
    known = served(model=str(here))
    assert known.startswith("vllm:tuned@")
    assert served(model=str(there)) == known
    assert served(model=f"{here}/../tuned/") == known
    (tmp_path / "linked").symlink_to(here)
    assert served(model=str(tmp_path / "linked")) == known
    assert served(model=str(here), args=("--port", "1", "--tensor-parallel-size", "2")) == known
    assert served(model=str(here), args=("--dtype", "half")) == f"{known} --dtype=half"
    (there / ".git").mkdir()
    (there / ".git" / "index").write_text("x")
    (there / ".cache").write_text("x")
    os.utime(there / "config.json", (1, 1))
    (there / "empty").mkdir()
    assert served(model=str(there)) == known


def test_a_card_written_later_leaves_a_folder_s_identity_alone(tmp_path: Path) -> None:
    folder = weights(tmp_path / "tuned")
    known = served(model=str(folder))
    for card in (folder / "README.md", folder / "README_zh.md", folder / "sub" / "README.md"):
        card.write_text("# tuned")
    assert served(model=str(folder)) == known


@pytest.mark.parametrize("place", [0, MEGABYTE - 1, 2 * MEGABYTE, 3 * MEGABYTE - 1])
def test_a_byte_of_a_weights_file_changes_its_folder_s_identity(tmp_path: Path, place: int) -> None:
    folder = weights(tmp_path / "tuned")
    known = served(model=str(folder))
    with (folder / "sub" / "model.safetensors").open("r+b") as file:
        file.seek(place)
        file.write(b"W")
    assert served(model=str(folder)) != known


TENSORS = ("embed", "layer0", "layer1", "layer2", "norm")


def tensors(folder: Path) -> Path:
    """A folder whose safetensors file holds five tensors of 600 kB: the ends of the file tell of no more than four."""
    from safetensors.numpy import save_file

    folder.mkdir()
    save_file({name: np.zeros(150_000, np.float32) for name in TENSORS}, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_that_was_trained_changes_its_folder_s_identity_wherever_it_stands(tmp_path: Path, name: str) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tensors(tmp_path / "tuned")
    known = served(model=str(folder))
    assert served(model=str(folder)) == known
    held = load_file(folder / "model.safetensors")
    held[name] = held[name] + np.float32(1e-3)
    save_file(held, folder / "model.safetensors")
    assert served(model=str(folder)) != known


@pytest.mark.parametrize(
    "header",
    [
        *(b"", b"\x00", b"[]", b'"layer"', b"{broken", b"\xff\xfe", b"[" * 100_000, b"3", b"null"),
        *(b'{"a": 1}', b'{"a": {"data_offsets": [0]}}', b'{"a": {"data_offsets": [0.5, "8"]}}'),
        *(
            b'{"a": {"data_offsets": [9, 3]}}',
            b'{"a": {"data_offsets": [-9, 3]}}',
            b'{"a": {"data_offsets": [0, 1e99]}}',
        ),
    ],
)
def test_broken_weights_have_an_identity_by_both_ends(tmp_path: Path, header: bytes) -> None:
    folder = weights(tmp_path / "tuned")
    path = folder / "sub" / "model.safetensors"
    identities = set()
    for length in (len(header), len(header) + 9, 1 << 63):
        path.write_bytes(length.to_bytes(8, "little") + header)
        identities.add(served(model=str(folder)))
        path.write_bytes(length.to_bytes(8, "little") + header + b"w")
        identities.add(served(model=str(folder)))
    assert len(identities) == 6


def test_files_added_renamed_resized_or_exchanged_change_a_folder_s_identity(tmp_path: Path) -> None:
    folder = weights(tmp_path / "tuned")
    config, model = folder / "config.json", folder / "sub" / "model.safetensors"
    identities = [served(model=str(folder))]
    for change in (
        lambda: (folder / "added.json").write_text(""),
        lambda: config.rename(folder / "other.json"),
        lambda: (folder / "other.json").write_text('{"layers": 5}'),
        lambda: model.write_bytes(b"w" * (3 * MEGABYTE + 1)),
        lambda: (folder / "sub").rename(folder / "sub2"),
    ):
        change()
        identities.append(served(model=str(folder)))
    assert len(set(identities)) == len(identities)


def test_a_folder_starts_from_the_recipe_and_on_the_command_line_from_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = served(model=str(weights(tmp_path / "beside" / "tuned")))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    path = write(tmp_path, RECIPE.replace("org/judge", "beside/tuned"))
    judge = load_recipe(path).models["judge"]
    assert judge.known_as() == known
    assert (judge.folder, judge.called) == (tmp_path / "beside" / "tuned", "tuned")
    monkeypatch.chdir(tmp_path / "beside")
    assert load_recipe(write(tmp_path), {"models.judge.model": "tuned"}).models["judge"].known_as() == known
    hub = load_recipe(write(tmp_path)).models["judge"]
    assert (hub.folder, hub.called) == (None, "org/judge")


def test_an_endpoint_is_no_folder_whatever_its_model_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weights(tmp_path / "m").parent)
    assert Model(model="m", base_url="https://h/v1").folder is None
    assert Model(model="m", base_url="https://h/v1").known_as() == "https://h/v1 m"
