"""A rerun goes on: after kill -9, after Ctrl-C, after a half-written checkpoint; and only with what it began with."""

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

import train.grpo
from curate.errors import UserError
from tests.train.conftest import Training
from tests.train.tiny import grpo_spec, sft_spec
from train.grpo import run_grpo
from train.loop.checkpoints import last_checkpoint
from train.new import TEMPLATE
from train.sft import run_sft

# Two epochs and a bit, so that the order of the rows in a later epoch has to come back as well.
SFT = ("trainer.max_steps=24", "trainer.save_steps=4", "trainer.logging_steps=1")
GRPO = (
    *("trainer.max_steps=9", "trainer.save_steps=2", "trainer.logging_steps=1", "limit=24"),
    *("trainer.per_device_train_batch_size=16", "trainer.num_generations=2", "trainer.learning_rate=1.0e-3"),
)
# What tells one training from another: the loss, what was generated, and how well it did.
COMPARED = ("step", "loss", "grad_norm", "reward", "kl", "completions/mean_length", "entropy")


def curve(folder: Path) -> list[dict[str, float]]:
    entries: list[dict[str, Any]] = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return [{name: entry[name] for name in COMPARED if name in entry} for entry in entries if "loss" in entry]


def wait_for(process: "subprocess.Popen[str]", folder: Path, steps: int) -> str:
    """Reads what the process says until it has logged so many steps."""
    assert process.stdout is not None
    said, logged = "", 0
    for line in process.stdout:
        said += line
        logged += re.match(r"step [\d,]+ of", line) is not None
        if logged == steps:
            return said
    raise AssertionError(said)


def cut_and_gone_on(training: Training, folder: Path, said: tuple[str, ...], logged: int) -> str:
    """Kills a training once it has logged so many steps, starts it again, and returns what the second one said."""
    process = training(*said)
    wait_for(process, folder, logged)
    process.kill()
    process.communicate()
    assert not (folder / "record.json").exists()
    again = training(*said)
    out, _ = again.communicate(timeout=100)
    assert again.returncode == 0, out
    return out


def test_sft_goes_on_after_a_kill_as_if_there_had_been_none(tmp_path: Path, tiny_run: Path, training: Training) -> None:
    said = ("sft", "tiny-cpu-sft", f"data={tiny_run}", "out=cut", "new.seed=0", "trainer.seed=0", *SFT)
    out = cut_and_gone_on(training, tmp_path / "cut", said, 14)
    assert "goes on from step 12" in out
    whole = run_sft(sft_spec(tmp_path / "whole", tiny_run, *SFT))
    assert curve(tmp_path / "cut") == curve(whole)
    assert len(curve(whole)) == 24


def test_grpo_goes_on_after_a_kill_as_if_there_had_been_none(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, training: Training
) -> None:
    model = tiny_sft / "model"
    said = ("grpo", "tiny-cpu-grpo", f"data={tiny_run}", f"model={model}", "out=cut", "trainer.seed=0", *GRPO)
    out = cut_and_gone_on(training, tmp_path / "cut", said, 6)
    assert "goes on from step 6" in out or "goes on from step 4" in out
    whole = run_grpo(grpo_spec(tmp_path / "whole", tiny_run, model, *GRPO))
    assert curve(tmp_path / "cut") == curve(whole)
    assert len(curve(whole)) == 9
    assert all(entry["loss"] for entry in curve(whole)), "or nothing was learned, and all losses are alike"


def test_ctrl_c_leaves_a_checkpoint_and_a_rerun_goes_on_from_it(
    tmp_path: Path, tiny_run: Path, training: Training
) -> None:
    said = ("sft", "tiny-cpu-sft", f"data={tiny_run}", "out=cut", *SFT)
    process = training(*said)
    wait_for(process, tmp_path / "cut", 6)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 130, out
    assert "stops after this step" in out
    assert "the same command goes on from the last checkpoint" in out
    assert "Traceback" not in out
    last = last_checkpoint(tmp_path / "cut" / "checkpoints")
    assert last is not None
    assert not json.loads((tmp_path / "cut" / "record.json").read_text(encoding="utf-8"))["finished"]
    out, _ = (again := training(*said)).communicate(timeout=100)
    assert again.returncode == 0, out
    assert f"goes on from step {last.name.removeprefix('checkpoint-')} " in out
    assert [entry["step"] for entry in curve(tmp_path / "cut")] == list(range(1, 25))


def test_a_half_written_checkpoint_is_passed_over(tmp_path: Path, tiny_run: Path) -> None:
    spec = sft_spec(tmp_path / "x", tiny_run, "trainer.max_steps=4", "trainer.save_steps=2", "trainer.logging_steps=1")
    before = curve(run_sft(spec))
    checkpoints = tmp_path / "x" / "checkpoints"
    (checkpoints / "checkpoint-4" / "trainer_state.json").write_text('{"epoch"', encoding="utf-8")
    (checkpoints / "checkpoint-4" / "model.safetensors").write_bytes(b"half")
    (tmp_path / "x" / "record.json").unlink()
    assert last_checkpoint(checkpoints) == checkpoints / "checkpoint-2"
    assert (checkpoints / "checkpoint-4").is_dir(), "nothing that a training made is deleted"
    assert curve(run_sft(spec)) == before
    assert last_checkpoint(checkpoints) == checkpoints / "checkpoint-4"
    saved = (tmp_path / "x" / "model" / "model.safetensors").read_bytes()
    assert (checkpoints / "checkpoint-4" / "model.safetensors").read_bytes() == saved


def test_what_was_killed_after_its_last_step_is_saved_as_it_was(tmp_path: Path, tiny_run: Path) -> None:
    spec = sft_spec(tmp_path / "x", tiny_run, "trainer.max_steps=4", "trainer.save_steps=2", "trainer.logging_steps=1")
    weights = (run_sft(spec) / "model" / "model.safetensors").read_bytes()
    before = curve(spec.folder)
    shutil.rmtree(spec.folder / "model")
    (spec.folder / "record.json").unlink()
    run_sft(spec)
    assert (spec.folder / "model" / "model.safetensors").read_bytes() == weights
    assert curve(spec.folder) == before


@pytest.mark.parametrize("gone", ["model", "model/model.safetensors"])
def test_a_rerun_after_the_last_step_saves_the_best_model_again(tmp_path: Path, tiny_run: Path, gone: str) -> None:
    """Whether it was killed before the model was saved, or the weights were lost later. The best is the first here:
    the highest loss."""
    more = ("trainer.eval_strategy=steps", "trainer.eval_steps=2", "trainer.load_best_model_at_end=true")
    best = (*more, "trainer.metric_for_best_model=eval_loss", "trainer.greater_is_better=true")
    spec = sft_spec(tmp_path / "x", tiny_run, "trainer.max_steps=6", "trainer.save_steps=2", *best)
    weights = (run_sft(spec) / "model" / "model.safetensors").read_bytes()
    assert (spec.folder / "checkpoints" / "checkpoint-2" / "model.safetensors").read_bytes() == weights
    if gone == "model":
        shutil.rmtree(spec.folder / gone)
        (spec.folder / "record.json").unlink()
    else:
        (spec.folder / gone).unlink()
    run_sft(spec)
    assert (spec.folder / "model" / "model.safetensors").read_bytes() == weights


# Four batches are generated at once, for four steps of the optimiser.
WINDOW = (
    *("trainer.max_steps=8", "trainer.save_steps=2", "trainer.logging_steps=1", "trainer.learning_rate=1.0e-3"),
    *("trainer.per_device_train_batch_size=8", "trainer.num_generations=4", "trainer.steps_per_generation=4"),
    "trainer.max_completion_length=24",
)


def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[Any]]]:
    """The steps after which something is generated, and the prompts, as they come."""
    given: list[tuple[int, list[Any]]] = []
    whole = train.grpo.GRPOTrainer._generate_and_score_completions

    def kept(self: Any, inputs: list[dict[str, Any]]) -> Any:
        given.append((self.state.global_step, [row["prompt"] for row in inputs]))
        return whole(self, inputs)

    monkeypatch.setattr(train.grpo.GRPOTrainer, "_generate_and_score_completions", kept)
    return given


def test_grpo_goes_on_within_what_was_generated_with_the_same_prompts(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the end of a round the curve is the same; from within, prompts and the ends of the rounds are."""
    given = seen(monkeypatch)
    spec = grpo_spec(tmp_path / "x", tiny_run, tiny_sft / "model", *WINDOW)
    whole = curve(run_grpo(spec))
    (zero, first), (four, second) = given
    assert (zero, four) == (0, 4)
    for last, left in ((4, [(4, second)]), (2, [(2, first), (4, second)])):
        for step in (2, 4, 6, 8):
            if step > last:
                shutil.rmtree(spec.folder / "checkpoints" / f"checkpoint-{step}", ignore_errors=True)
        (spec.folder / "record.json").unlink()
        given.clear()
        run_grpo(spec)
        assert given == left
        if last == 4:
            assert curve(spec.folder) == whole


def test_ctrl_c_ends_grpo_where_it_has_learned_from_all_that_it_generated(
    tmp_path: Path, tiny_run: Path, tiny_sft: Path, training: Training
) -> None:
    said = ("grpo", "tiny-cpu-grpo", f"data={tiny_run}", f"model={tiny_sft / 'model'}", "out=cut", *WINDOW)
    process = training(*said, "trainer.max_steps=400")
    wait_for(process, tmp_path / "cut", 1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 130, out
    last = last_checkpoint(tmp_path / "cut" / "checkpoints")
    assert last is not None
    assert int(last.name.removeprefix("checkpoint-")) % 4 == 0


def test_another_template_does_not_go_on(tmp_path: Path, tiny_run: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text(TEMPLATE, encoding="utf-8")
    spec = sft_spec(tmp_path / "x", tiny_run, "trainer.max_steps=2", f"template.file={file}")
    run_sft(spec)
    file.write_text(TEMPLATE.replace("<|im_start|>", "<|im_start|> "), encoding="utf-8")
    with pytest.raises(UserError, match=r"\(template\): \"\w+\" -> "):
        run_sft(spec)


def test_what_it_began_with_holds_no_secret_and_no_address(tmp_path: Path, tiny_run: Path) -> None:
    settings = (
        "trainer.max_steps=2",
        "trainer.hub_token=hf_aSecretOfMine",
        "trainer.model_init_kwargs={token: hidden1}",
    )
    folder = run_sft(sft_spec(tmp_path / "x", tiny_run, *settings))
    assert not re.search("aSecret|hidden1", "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.json")))
    run_sft(sft_spec(tmp_path / "x", tiny_run, *settings[:1], settings[2], "trainer.hub_token=hf_another"))


def test_a_finished_training_says_so_and_another_config_does_not_go_on_from_it(
    tmp_path: Path, tiny_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brief = ("trainer.max_steps=2", "trainer.logging_steps=1")
    folder = run_sft(sft_spec(tmp_path / "x", tiny_run, *brief))
    made = (folder / "model" / "model.safetensors").stat().st_mtime_ns
    capsys.readouterr()
    run_sft(sft_spec(tmp_path / "x", tiny_run, *brief, "trainer.save_steps=7", "devices=2"))
    assert "this training is finished" in capsys.readouterr().out
    assert (folder / "model" / "model.safetensors").stat().st_mtime_ns == made
    with pytest.raises(UserError, match=r"trainer.max_steps: 2 -> 3\n.*out="):
        run_sft(sft_spec(tmp_path / "x", tiny_run, *brief, "trainer.max_steps=3"))
    with pytest.raises(UserError, match="limit: null -> 8"):
        run_sft(sft_spec(tmp_path / "x", tiny_run, *brief, "limit=8"))
