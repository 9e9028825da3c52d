"""Every config that comes with the package is what it says: TRL takes it as it is, nothing in it is idle, and it says
where each number is from."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from transformers import Qwen2Config
from trl import GRPOConfig, SFTConfig

from curate.recipe import load_recipe
from train.checks.lengths import counted
from train.checks.memory import estimate
from train.checks.shape import shape
from train.checks.steps import estimate as steps
from train.config import CONFIGS, load, load_evaluation, shipped
from train.settings import settings
from train.spec import GrpoSpec, SftSpec

ROOT = Path(__file__).parents[2]
TRAININGS = [name for name in shipped() if name.endswith(("-sft", "-grpo"))]
PAPERS = [name for name in TRAININGS if not name.startswith("tiny")]
GIB = 2**30

# Shapes as the models' own config.json has them.
_SIZES: dict[str, dict[str, Any]] = {
    "1.5b": {"hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28, "num_attention_heads": 12}
    | {"num_key_value_heads": 2, "tie_word_embeddings": True, "vocab_size": 151_936},
    "7b": {"hidden_size": 3584, "intermediate_size": 18_944, "num_hidden_layers": 28, "num_attention_heads": 28}
    | {"num_key_value_heads": 4, "tie_word_embeddings": False, "vocab_size": 152_064},
    "32b": {"hidden_size": 5120, "intermediate_size": 27_648, "num_hidden_layers": 64, "num_attention_heads": 40}
    | {"num_key_value_heads": 8, "tie_word_embeddings": False, "vocab_size": 152_064},
}
_HOLDS = {"1.5b": 8, "7b": 80, "32b": 80}  # GB of the GPUs that the configs name


def built(name: str, folder: Path) -> SFTConfig | GRPOConfig:
    """TRL's arguments of a config, with what a machine without a GPU needs."""
    spec = load(name)
    kind = GRPOConfig if isinstance(spec, GrpoSpec) else SFTConfig
    return kind(**{**spec.trainer, "output_dir": str(folder), "use_cpu": True, "bf16": False})


def test_the_papers_are_there() -> None:
    names = [f"{paper}-{way}" for paper in ("fin-r1-7b", "dianjin-r1-7b", "dianjin-r1-32b") for way in ("grpo", "sft")]
    assert set(names) | {"finreason-1.5b-grpo", "finreason-1.5b-sft"} == set(PAPERS)


@pytest.mark.parametrize("name", shipped())
def test_it_loads_under_its_own_name(name: str) -> None:
    spec = load(name) if name in TRAININGS else load_evaluation(name)
    assert spec.name == name


@pytest.mark.parametrize("name", TRAININGS)
def test_trl_takes_every_key_as_it_stands(name: str, tmp_path: Path) -> None:
    """A number that YAML reads as text (1e-5), or that TRL turns into another, would train otherwise than it says."""
    args = built(name, tmp_path)
    for key, value in load(name).trainer.items():
        kept = getattr(args, key)
        if key not in ("use_cpu", "bf16"):
            assert getattr(kept, "value", kept) == value, key
            assert not isinstance(value, str) or not re.match(r"[\d.]", value), key


@pytest.mark.parametrize("name", PAPERS)
def test_every_number_says_where_it_is_from(name: str) -> None:
    """Behind each key of `trainer:` stands the file or section that it is from, or that it is ours."""
    text = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")
    lines = [line for line in text[text.index("\ntrainer:\n") :].splitlines() if re.match(r"  \w", line)]
    whence = (
        r"(not published; ours: |ours: |ours$|of the 7B \(|(sft|grpo)(\.yaml|\.sh|_train\.py)|verl|TRL 0\.15|4\.2: )"
    )
    assert lines
    assert [line for line in lines if not re.search(rf" # {whence}", line)] == []


@pytest.mark.parametrize("name", PAPERS)
def test_it_names_its_paper_and_what_comes_before_it(name: str) -> None:
    """The recipes that make its data are there, and GRPO names the SFT that it goes on from."""
    head = re.match(r"(?:#.*\n)+", (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert head is not None
    assert re.search(r"arXiv 25\d\d\.\d{5}|github\.com/\w+/\w+", head[0])
    for recipe in re.findall(r"curate run ([a-z0-9-]+)", head[0]):
        assert load_recipe(recipe).sources
    if name.endswith("-grpo"):
        assert f"First train {name.replace('-grpo', '-sft')}." in head[0].replace("\n# ", " ")


@pytest.mark.parametrize("name", [name for name in PAPERS if name.endswith("-grpo")])
def test_grpo_goes_on_where_sft_ended(name: str) -> None:
    """The same model, words and shape of answers: what FinReason's stages did not share."""
    grpo, sft = load(name), load(name.replace("-grpo", "-sft"))
    assert grpo.model == str(sft.folder / "model")
    assert grpo.template == sft.template
    assert (grpo.dtype, grpo.quantise, grpo.lora) == (sft.dtype, sft.quantise, sft.lora)
    assert grpo.trainer["beta"] > 0, "the papers hold the policy near the SFT model; TRL's default does not"


@pytest.mark.parametrize("name", PAPERS)
def test_it_fits_the_gpus_that_it_names(name: str) -> None:
    size = name.split("-")[-2]
    spec = load(name)
    values = settings(spec)
    longest = values["max_length"] if isinstance(spec, SftSpec) else 0
    if isinstance(spec, GrpoSpec):
        longest = (spec.max_prompt_length or 0) + values["max_completion_length"]
    layout = estimate(spec, values, Qwen2Config(max_position_embeddings=32_768, **_SIZES[size]), longest).layouts[-1]
    beside = values.get("vllm_gpu_memory_utilization", 0) * _HOLDS[size] * 1e9 if values.get("use_vllm") else 0
    assert layout.total + beside + 2 * GIB < _HOLDS[size] * 1e9


def test_dianjins_steps_are_the_papers() -> None:
    """SFT: batches of 128. GRPO: 1,024 prompts a round, 4 steps each, 60 rounds over 4,096 prompts in 15 epochs."""
    none = counted([0])
    for name in ("dianjin-r1-7b", "dianjin-r1-32b"):
        sft, grpo = load(f"{name}-sft"), load(f"{name}-grpo")
        assert steps(sft, settings(sft), rows=36_568, tokens=none).batch == 128
        found = steps(grpo, settings(grpo), rows=4096, tokens=none)
        assert (found.prompts, found.batch, found.total) == (1024, 256 * 8, 60 * 4)


@pytest.mark.parametrize("name", [name for name in TRAININGS if name.endswith("-grpo")])
def test_its_checkpoints_stand_where_grpo_can_go_on(name: str) -> None:
    """At the end of what was generated at once."""
    spec = load(name)
    found = steps(spec, settings(spec), rows=60_000, tokens=counted([0]))
    assert spec.trainer["save_steps"] % found.window == 0


def test_finreasons_steps_are_its_logs() -> None:
    """Its log of GRPO ends at step 500, over 2,000 prompts."""
    spec = load("finreason-1.5b-grpo")
    assert steps(spec, settings(spec), rows=2000, tokens=counted([0])).total == 500


@pytest.mark.parametrize("name", [name for name in PAPERS if load(name).lora])
def test_the_adapter_is_on_every_layer(name: str) -> None:
    """FinReason names seven projections; `all-linear` is just these in a Qwen2."""
    lora = load(name).lora
    assert lora is not None
    config = Qwen2Config(max_position_embeddings=1024, **_SIZES["1.5b"])
    seven = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    named = lora.model_copy(update={"modules": seven})
    assert shape(config, lora).adapter == shape(config, named).adapter == 18_464_768


@pytest.mark.parametrize("file", sorted((ROOT / "train" / "accelerate").glob("*.yaml")), ids=lambda path: path.stem)
def test_accelerate_takes_its_config(file: Path) -> None:
    config = load_config_from_file(str(file))
    assert config.distributed_type == "FSDP"
    assert config.mixed_precision == "bf16"
    assert config.num_processes == 8 * config.num_machines
    assert config.fsdp_config["fsdp_version"] == 2, "transformers drops the first version"
    assert config.fsdp_config["fsdp_state_dict_type"] == "FULL_STATE_DICT", "the model is saved whole"


@pytest.mark.parametrize("file", sorted((ROOT / "train" / "accelerate").glob("*.yaml")), ids=lambda path: path.stem)
def test_accelerate_hands_every_key_of_fsdp_on(file: Path) -> None:
    """accelerate reads keys that it does not know, and drops them."""
    from accelerate.commands.launch import launch_command_parser

    known = {action.dest for action in launch_command_parser()._actions}
    assert set(yaml.safe_load(file.read_text(encoding="utf-8"))["fsdp_config"]) <= known


def _documented() -> list[list[str]]:
    """What follows `train` in the commands of train/README.md."""
    text = (ROOT / "train" / "README.md").read_text(encoding="utf-8")
    lines = "\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines()
    return [shlex.split(line, comments=True) for line in lines if " -m train " in line]


@pytest.mark.parametrize("words", _documented(), ids=" ".join)
def test_every_command_of_its_readme_is_one(words: list[str]) -> None:
    """The config is there and takes the settings; a launch finds its file."""
    command, *rest = words[words.index("train") + 1 :]
    if "--config_file" in words:
        assert (ROOT / words[words.index("--config_file") + 1]).is_file()
    if command == "chat":
        assert rest[0].startswith("http") or rest[0].endswith("/model")
    elif command == "evaluate":
        load_evaluation(rest[0], rest[1:])
    else:
        assert command in ("check", load(rest[0], rest[1:]).method)
