"""What users get wrong, typed as they type it: each is told in a few lines that say what to do, with exit code 1."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import yaml
from typer.testing import CliRunner, Result

from tests.curate.release.client import client
from tests.curate.release.releases import release, row
from tests.doubles.hub import Hub
from tests.train.conftest import Training
from tests.train.templated import CHATML, tokenizer
from train.__main__ import app

Typed = Callable[..., Result]
PROCESSOR = "on a machine with a GPU this is no fault"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_run: Path) -> Typed:
    """`python -m train ...` in a folder with a run of made-up sums; @run and @here stand for these."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str) -> Result:
        there = {"@run": str(tiny_run), "@here": str(tmp_path)}
        return CliRunner().invoke(app, [_filled(one, there) for one in arguments])

    return call


def _filled(text: str, there: dict[str, str]) -> str:
    for name, path in there.items():
        text = text.replace(name, path)
    return text


def told(result: Result) -> str:
    """What a command that could not be done says: no traceback, and no more than a reader takes in."""
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    said = result.stderr
    assert said.startswith("train: ")
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 4
    return said


def written(folder: Path, **values: object) -> str:
    """A config of one's own; returns its path."""
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "method": "sft", "new": {}, "data": "runs/x"} | values), "utf-8")
    return str(path)


SFT, GRPO = ("sft", "tiny-cpu-sft", "data=@run"), ("grpo", "tiny-cpu-grpo", "data=@run", 'model=""', "new={}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        # Configs.
        (("sft", "fin-r1-7b-stf"), r"no config 'fin-r1-7b-stf': there is no such file; did you mean 'fin-r1-7b-sft'"),
        (("sft", "tiny-cpu-grpo"), r"'tiny-cpu-grpo' has `method: grpo`: python -m train grpo \.\.\."),
        (("grpo", "tiny-cpu-sft"), r"'tiny-cpu-sft' has `method: sft`: python -m train sft \.\.\."),
        (("sft", "fin-r1-benchmarks"), r"an evaluation, for `python -m train evaluate`"),
        (("evaluate", "tiny-cpu-sft"), r"a training, for `python -m train sft`; an evaluation has `benchmarks`"),
        ((*SFT, "modle=x"), r"unknown key 'modle'; did you mean 'model'"),
        ((*SFT, "trainer.learning_rat=1"), r"TRL's SFTConfig has no 'learning_rat'; did you mean 'learning_rate'"),
        ((*SFT, "trainer.warmup_ratio=0.1"), r"TRL's SFTConfig has no 'warmup_ratio'"),
        ((*GRPO, "trainer.max_prompt_length=9"), r"TRL's GRPOConfig has no 'max_prompt_length'"),
        ((*SFT, "trainer.output_dir=x"), r"`trainer\.output_dir` is decided by `out`"),
        ((*SFT, "trainer.learning_rate"), r"trainer\.learning_rate: write path\.to\.key=value"),
        ((*GRPO, "reward=fin-r2"), r"reward: 'reward' .*'fin-r1', 'dianjin' or 'finreason'; found 'fin-r2'"),
        ((*GRPO, "check={by: [rules, judge]}"), r"no model is called 'judge'; models: none"),
        ((*SFT, "quantise=nf4"), r"`quantise` trains an adapter on the model in 4 bits; add `lora: {}`"),
        ((*SFT, "model=some/model"), r"name either a `model` to begin with or a `new` one to make"),
        # Data.
        (("sft", "tiny-cpu-sft", "data=runs/none"), r"'runs/none'"),
        (
            (*SFT, "trainer.max_length=8"),
            r"all \d+ rows are longer than 8 tokens \(trainer\.max_length\); the shortest, .*, has \d+",
        ),
        (
            (*GRPO, "max_prompt_length=4"),
            r"all \d+ rows are longer than 4 tokens \(max_prompt_length\); the shortest, .*, has \d+",
        ),
        # Models.
        ((*SFT, "new=", "model=trained/nothing/model"), r"'trained/nothing/model': there is no such folder"),
        ((*SFT, "new=", "model=org/none"), r"'org/none': its tokenizer cannot be loaded"),
        ((*SFT, "new={hidden: 30, heads: 4}"), r"30"),
        # What TRL asks for.
        ((*GRPO, "trainer.per_device_train_batch_size=3"), r"no multiple of trainer\.num_generations, 8"),
        ((*GRPO, "trainer.num_generations=1"), r"trainer\.num_generations is 1, 2 at least"),
        ((*GRPO, "limit=4"), r"4 prompts do not fill one generation batch of 8"),
        (
            (*SFT, "trainer.lr_scheduler_type=bent"),
            r"TRL cannot begin with this config: bent is not a valid SchedulerType, please select",
        ),
        ((*GRPO, "trainer.loss_type=nonsense"), r"'trainer\.loss_type' .*'grpo', 'bnpo'.*; found 'nonsense'"),
        (("check", *SFT[1:], "trainer.max_steps=0"), r"trainer\.max_steps: 0 would train nothing"),
        ((*SFT, "trainer.report_to=comet_ml"), r"trainer\.report_to: comet_ml is not installed"),
        ((*SFT, "trainer.report_to=[weights]"), r"TRL cannot begin with this config: weights is not supported"),
        ((*SFT, "trainer.use_liger_kernel=true"), r"trainer\.use_liger_kernel: its package is not installed"),
        ((*SFT, "out=/dev/null/x"), r"'/dev/null/x' cannot be written: Not a directory\n  choose another one: out="),
        ((*SFT, "trainer.bf16=true", "trainer.fp16=true"), r"TRL cannot begin with this config: .*fp16"),
    ],
    ids=lambda value: " ".join(value[:1] + value[-1:]) if isinstance(value, tuple) else "",
)
def test_it_is_told(typed: Typed, arguments: tuple[str, ...], says: str) -> None:
    assert re.search(says, told(typed(*arguments)))


def test_memory_that_does_not_suffice(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr("train.sft.SFTTrainer.training_step", full)
    said = told(typed(*SFT))
    assert said.startswith("train: the GPU's memory does not suffice: CUDA out of memory\n")
    for words in ("gradient_checkpointing", "per_device_train_batch_size", "max_length", "max_completion_length"):
        assert f"trainer.{words}" in said
    assert "the same command goes on from the last checkpoint" in said


def test_a_fault_of_the_program_keeps_its_traceback(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("train.sft.SFTTrainer.training_step", broken)
    assert isinstance(typed(*SFT).exception, RuntimeError)


def test_a_check_leaves_nothing(typed: Typed, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    result = typed("check", *SFT[1:])
    assert result.exit_code == 0, result.output
    assert "in memory" in result.output
    assert "on each GPU" not in result.output
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("asked", ["trainer.use_cpu=false", "trainer.use_vllm=true"])
def test_a_gpu_that_is_not_there(typed: Typed, asked: str) -> None:
    if torch.accelerator.is_available():
        pytest.skip(PROCESSOR)
    said = told(typed(*GRPO, asked))
    assert "none is visible" in said
    assert "trainer.use_cpu=true" in said or "vLLM" in said


@pytest.mark.parametrize(("method", "config"), [("sft", "sft"), ("grpo", "rl")])
def test_an_empty_split(typed: Typed, tmp_path: Path, method: str, config: str) -> None:
    other = "rl" if config == "sft" else "sft"
    data = release(tmp_path / "v1", [row(other, "demo:1"), row(config, "demo:2", split="validation")])
    assert f"has no row of {config} to train on" in told(typed(method, f"tiny-cpu-{method}", f"data={data}"))


def test_a_missing_gold(typed: Typed, tmp_path: Path) -> None:
    data = release(tmp_path / "v1", [row("rl", "demo:1"), row("rl", "demo:2", gold=None)])
    assert re.search(r"1 rows? of rl .*no gold.*demo:2", told(typed("grpo", "tiny-cpu-grpo", f"data={data}")))


def test_a_version_that_does_not_exist(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.release.hub import Hub as Caller

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with Hub("org/data", {"README.md": b"# data"}) as hub:
        hub.repo("org/data").tags["v1.0.0"] = hub.repo("org/data").head
        monkeypatch.setattr("curate.release.fetch.connected", lambda: Caller(client(hub, monkeypatch), pauses=()))
        said = told(typed("sft", "tiny-cpu-sft", "data=org/data@v9.9.9"))
        assert "v9.9.9" in said
        assert "1.0.0" in said
        assert "org/none" in told(typed("sft", "tiny-cpu-sft", "data=org/none@v1.0.0"))


def test_a_model_without_a_chat_template(typed: Typed, tmp_path: Path) -> None:
    tokenizer(None).save_pretrained(tmp_path / "base")
    said = told(typed(*SFT, "new=", "model=base"))
    assert "the tokenizer has no chat template" in said
    assert "template.file" in said


def test_a_model_folder_that_is_half_there(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    assert "tokenizer.json" in told(typed(*SFT, "new=", "model=half"))
    tokenizer(CHATML).save_pretrained(tmp_path / "half")
    said = told(typed(*SFT, "new=", "model=half", "trainer.max_length=2000"))
    assert re.search(r"half\b.*config\.json", said)


def test_a_run_that_is_half_there(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "runs" / "half").mkdir(parents=True)
    assert "'runs/half' holds neither a finished run" in told(typed("sft", "tiny-cpu-sft", "data=runs/half"))


def test_a_config_of_ones_own_is_told_by_its_line(typed: Typed, tmp_path: Path) -> None:
    said = told(typed("sft", written(tmp_path, trainer={"max_seq_length": 4})))
    assert re.search(r"mine\.yaml:\d+: TRL's SFTConfig has no 'max_seq_length'", said)


def test_as_a_process_it_says_the_same(training: Training) -> None:
    process = training("grpo", "tiny-cpu-sft")
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 1
    assert said == "train: 'tiny-cpu-sft' has `method: sft`: python -m train sft ...\n"


def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "trained").mkdir()
    assert "'trained/nosuch': there is no such folder" in told(typed(*SFT, "new=", "model=trained/nosuch"))
    said = told(typed("evaluate", "tiny-cpu-evaluate", "models.sft.model=trained/nosuch"))
    assert "there is no folder 'trained/" in said


def test_an_adapter_alone_is_no_model_to_begin_with(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}", encoding="utf-8")
    assert "an adapter alone; begin with the model that it was merged into" in told(
        typed(*SFT, "new=", "model=adapter")
    )
