"""What a training says: few fields of ours, and a `trainer:` block that TRL gets as it is.

name: fin-r1-7b-sft
method: sft
model: Qwen/Qwen2.5-7B-Instruct
data: my-org/Fin-R1-Data@v1.0.0
trainer: {learning_rate: 1.0e-5, num_train_epochs: 3, max_length: 16384}
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from curate.chat import Model
from curate.chat.budget import Limit
from curate.part import Part
from curate.spec import CheckSpec

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Method = Literal["sft", "grpo"]
# Keys of TRL's that our own fields decide.
OURS: Mapping[str, str] = {
    "output_dir": "out",
    "dataset_name": "data",
    "chat_template_path": "template.file",
    "chat_template_kwargs": "template.kwargs",
}


class TemplateSpec(Part):
    """How messages become text."""

    file: Path | None = Field(
        default=None, strict=False, description="a Jinja file to use instead of the chat template of the model"
    )
    kwargs: Mapping[str, Any] = Field(default={}, description="what the template is handed: {enable_thinking: true}")
    system: str | None = Field(
        default=None, description="a system message before every prompt; the same in SFT, GRPO and evaluation"
    )


class NewSpec(Part):
    """A Qwen2 that does not exist yet, to try things out with: random weights, a tokenizer learned on the data."""

    layers: int = Field(default=2, ge=1, description="transformer blocks")
    hidden: int = Field(default=64, ge=8, description="width")
    heads: int = Field(default=2, ge=1, description="attention heads; the width is a multiple of them")
    vocabulary: int = Field(default=600, ge=300, description="tokens at the most")
    context: int = Field(default=4096, ge=64, description="positions")
    seed: int = Field(default=0, description="of the random weights")


class LoraSpec(Part):
    """An adapter to train instead of all weights. Afterwards it is merged into them, so that what comes next begins
    with a whole model, and a KL reference is that model."""

    model_config = ConfigDict(strict=False)

    rank: int = Field(default=16, ge=1, description="of the two matrices")
    alpha: float = Field(default=32, gt=0, description="scale, over the rank")
    dropout: float = Field(default=0.05, ge=0, lt=1, description="of the adapter's input")
    modules: Literal["all-linear"] | tuple[str, ...] = Field(
        default="all-linear", description="the layers that get one, by name"
    )


class TrainSpec(Part):
    """What SFT and GRPO have in common. Paths are relative to the folder that one stands in."""

    name: Name = Field(description="the name of the model that comes out; its folder is trained/<name>")
    method: Method = Field(description="`sft` or `grpo`")
    model: str = Field(default="", description="the model to begin with: its name on the Hub, or a folder")
    revision: str | None = Field(default=None, description="of a model on the Hub: its commit, tag or branch")
    new: NewSpec | None = Field(default=None, description="instead of `model`: make a tiny one, to try things out")
    dtype: Literal["bfloat16", "float16", "float32"] = Field(
        default="bfloat16", description="what the weights are loaded as"
    )
    data: str = Field(min_length=1, description="a run, a release in a folder, or org/name@v1.0.0 on the Hub")
    limit: int | None = Field(
        default=None, ge=1, description="train on at most so many rows, drawn by a hash of their ids"
    )
    out: Path | None = Field(default=None, strict=False, description="the folder to write; by default trained/<name>")
    template: TemplateSpec = Field(default=TemplateSpec(), description="how messages become text")
    lora: LoraSpec | None = Field(default=None, description="train an adapter, {} for the defaults; else all weights")
    quantise: Literal["nf4"] | None = Field(
        default=None, description="load the model in 4 bits and train an adapter on it (QLoRA); slow without a GPU"
    )
    devices: int = Field(
        default=1,
        ge=1,
        description="processes, one a GPU, that steps and memory are estimated for; training warns of others",
    )
    licence: str = Field(default="", description="of the model that comes out, by its name on the Hub; for its card")
    trainer: Mapping[str, Any] = Field(default={}, description="handed to TRL's SFTConfig or GRPOConfig as it is")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.model) == bool(self.new):
            raise ValueError("name either a `model` to begin with or a `new` one to make")
        if self.quantise and self.lora is None:
            raise ValueError("`quantise` trains an adapter on the model in 4 bits; add `lora: {}`")
        if taken := next((key for key in OURS if key in self.trainer), None):
            raise ValueError(f"`trainer.{taken}` is decided by `{OURS[taken]}`")
        return self

    @property
    def folder(self) -> Path:
        """Where everything is written: checkpoints/, model/, record.json, curves.json, curves.png."""
        return self.out or Path("trained") / self.name

    @property
    def config(self) -> Literal["sft", "rl"]:
        """The config of the dataset that it trains on."""
        return "sft" if self.method == "sft" else "rl"


class SftSpec(TrainSpec):
    """Supervised fine-tuning: the loss is taken on completions alone. `trainer.max_length` is the longest row, in
    tokens (TRL's default: 1,024); longer rows are left out and named, never cut."""

    method: Literal["sft"]


class GrpoSpec(TrainSpec):
    """Reinforcement learning with the verdicts of round one as rewards."""

    method: Literal["grpo"]
    reward: Literal["fin-r1", "dianjin", "finreason"] = Field(
        default="fin-r1", description="how format and accuracy make one reward; see train/README.md"
    )
    max_prompt_length: int | None = Field(
        default=None,
        ge=1,
        description="tokens; rows with longer prompts are left out and named; by default the model's"
        " context less trainer.max_completion_length",
    )
    check: CheckSpec = Field(
        default=CheckSpec(), description="how answers are checked, as in a recipe; [rules, NAME] asks a model as well"
    )
    models: Mapping[Name, Model] = Field(default={}, description="name -> a model that checks answers")
    budget: Limit = Field(default=Limit(), description="what the model that checks may cost in all its runs together")

    @model_validator(mode="after")
    def _verified(self) -> Self:
        if self.check.judge is not None and self.check.judge not in self.models:
            raise ValueError(f"no model is called '{self.check.judge}'; models: {', '.join(self.models) or 'none'}")
        return self
