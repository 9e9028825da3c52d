"""A model to ask, as a recipe names it: an endpoint that is there, or a server that we start.

teacher: {model: deepseek-reasoner, base_url: https://api.deepseek.com, api_key_env: DEEPSEEK_API_KEY,
          price: {input: 0.55, output: 2.19}}
judge:   {serve: vllm, model: Qwen/Qwen2.5-72B-Instruct, args: [--tensor-parallel-size, "4"]}
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, PrivateAttr, field_validator, model_validator

from curate.part import Part

# Arguments that change what a model says; all others (ports, parsers, parallelism) leave its identity alone.
_CHANGING: Mapping[str, tuple[str, ...]] = {
    "vllm": (
        *("--quantization", "-q", "--dtype", "--kv-cache-dtype", "--chat-template", "--tokenizer"),
        *("--tokenizer-revision", "--hf-overrides", "--rope-scaling", "--rope-theta", "--lora-modules"),
        *("--generation-config", "--override-generation-config", "--default-chat-template-kwargs"),
    ),
    "transformers": ("--quantization", "--dtype", "--reasoning", "--chat-template-kwargs"),
}
# What Transformers' server takes without a word and then ignores (transformers.cli.serving, 5.19 to 5.23).
_IGNORED = (
    *("max_completion_tokens", "presence_penalty", "reasoning_effort", "response_format", "logprobs", "top_logprobs"),
)
_ONE_AT_A_TIME = 2  # calls in flight at a server that answers one: the next waits there
_WHOLE = 1 << 20  # of a model's files, so many bytes at both ends stand for their content
_TENSOR = 1 << 12  # and of each tensor: a training moves all of one that it trains, but may leave the file's ends alone
_HEADER = 100 << 20  # bytes of a safetensors header at most, by its format


class Price(Part):
    """What a model costs, in US dollars per million tokens."""

    model_config = ConfigDict(strict=False)

    input: float = Field(ge=0, description="of the prompt")
    output: float = Field(ge=0, description="of the reply, reasoning included")
    cached: float | None = Field(default=None, ge=0, description="of prompt tokens served from the provider's cache")

    def of(self, prompt: int, completion: int, cached: int = 0) -> float:
        """US dollars for so many tokens; the prompt's cached ones at their own price, where there is one."""
        cheap = min(cached, prompt) if self.cached is not None else 0
        return ((prompt - cheap) * self.input + cheap * (self.cached or 0) + completion * self.output) / 1e6


class Sampling(Part):
    """How replies are drawn. Any other key is handed to the server as it is (top_k, reasoning_effort ...), and `null`
    leaves out a key that would otherwise have a default."""

    model_config = ConfigDict(extra="allow", strict=False)

    temperature: float | None = Field(
        default=None, ge=0, description="default of a teacher: 0.6, as DeepSeek-R1 asks; of a judge: 0"
    )
    top_p: float | None = Field(default=None, gt=0, le=1, description="default of a teacher: 0.95, as DeepSeek-R1 asks")
    max_tokens: int | None = Field(
        default=None, ge=1, description="default of a teacher: 32768, DeepSeek-R1's own; of a judge: 2048"
    )

    @model_validator(mode="after")
    def _ours_alone(self) -> Self:
        if taken := sorted({"model", "messages", "n", "stream"} & set(self.model_extra or {})):
            raise ValueError(f"'{taken[0]}' is not for the recipe to set")
        return self

    def over(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """The defaults, with what the recipe says over them; keys that are null are left out."""
        said = {name: value for name, value in self.model_dump().items() if name in self.model_fields_set}
        return {name: value for name, value in ({**defaults, **said}).items() if value is not None}


class Model(Part):
    """A model behind an OpenAI-compatible server."""

    model: str = Field(min_length=1, description="the model's name at its server; of a served one, a path or a Hub id")
    base_url: str | None = Field(default=None, description="the server's address, as OpenAI's client takes it")
    api_key_env: str | None = Field(
        default=None, description="the environment variable that holds the key; without one, no key is sent"
    )
    api_version: str | None = Field(default=None, description="Azure OpenAI's API version; base_url is its endpoint")
    serve: Literal["vllm", "transformers"] | None = Field(
        default=None,
        description="a server that is started when it is first needed: `vllm`, or `transformers` where there is no "
        "GPU; it answers one call at a time",
    )
    revision: str | None = Field(default=None, description="of a served model on the Hub: its commit, tag or branch")
    args: tuple[str, ...] = Field(default=(), strict=False, description="arguments for that server, as text")
    env: Mapping[str, str] = Field(
        default={}, description="environment of the served model: {CUDA_VISIBLE_DEVICES: '0,1'}"
    )
    identity: str | None = Field(
        default=None, description="what the journal knows the model by, for one that moved house"
    )
    sampling: Sampling = Field(default=Sampling(), description="how replies are drawn")
    open_think: Literal["none", "continue", "prefix"] = Field(
        default="none",
        description="force the opening <think>: `continue` (vLLM, SGLang) or `prefix` (DeepSeek's beta); for models "
        "whose chat template does not write it",
    )
    structured: Literal["none", "json_object", "json_schema"] = Field(
        default="none", description="how its server can hold a judge's reply to a form: `json_schema` for vLLM, OpenAI"
    )
    concurrency: int = Field(
        default=64,
        ge=1,
        le=4096,
        description=f"calls in flight at most; adapts below that; by default {_ONE_AT_A_TIME} of `serve: transformers`",
    )
    requests_per_minute: int | None = Field(default=None, ge=1, description="calls sent in a minute at most")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="tokens in a minute at most, both ways")
    timeout: float = Field(default=3600, gt=0, strict=False, description="seconds to wait for a whole reply")
    price: Price | None = Field(default=None, description="US dollars per million tokens")
    terms: str = Field(
        default="", description="what its terms say of training on its replies, in words or an address; for the card"
    )

    _base: Path = PrivateAttr(default=Path())

    @field_validator("base_url")
    @classmethod
    def _plain(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url must begin with http:// or https:// and name a host")
        if parts.username or parts.password or parts.query:
            raise ValueError("base_url may hold no user, password or query; name the key's variable in `api_key_env`")
        return url.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _patient(cls, said: Any) -> Any:
        if isinstance(said, Mapping) and said.get("serve") == "transformers":
            return {"concurrency": _ONE_AT_A_TIME, **said}
        return said

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.base_url is None) == (self.serve is None):
            raise ValueError("a model has either a `base_url` or `serve: vllm` (or `transformers`)")
        wrong = [name for name in ("args", "env", "revision") if self.serve is None and getattr(self, name)]
        wrong += [name for name in ("api_key_env", "api_version") if self.serve and getattr(self, name)]
        if wrong:
            raise ValueError(f"`{wrong[0]}` is for {'an endpoint' if self.serve else 'a served model'}")
        return self

    @model_validator(mode="after")
    def _heeded(self) -> Self:
        if self.serve == "transformers":
            ours = [name for name in ("open_think", "structured") if getattr(self, name) != "none"]
            if deaf := ours + [f"sampling.{name}" for name in _IGNORED if name in (self.sampling.model_extra or {})]:
                raise ValueError(f"Transformers' server ignores `{deaf[0]}`; vLLM's does not")
        return self

    def at(self, base: Path) -> Self:
        """The same model, with a path as its name taken to start from the folder `base`."""
        self._base = base
        return self

    @property
    def folder(self) -> Path | None:
        """The folder of a served model that lies on this machine."""
        path = self._base / self.model
        return path if self.serve and path.is_dir() else None

    @property
    def called(self) -> str:
        """Its name; of a folder, without the path that leads there."""
        return self.folder.resolve().name if self.folder else self.model

    def held_to(self, schema: Mapping[str, Any]) -> dict[str, Any] | None:
        """The response_format that asks the server to hold a reply to a JSON schema, as far as it can."""
        match self.structured:
            case "json_schema":
                named = {"name": "judgement", "schema": dict(schema), "strict": True}
                return {"type": "json_schema", "json_schema": named}
            case "json_object":
                return {"type": "json_object"}
            case _:
                return None

    def known_as(self) -> str:
        """The identity that calls are keyed by: address and name of an endpoint; `vllm:model@revision` (or
        `transformers:`) of a served model, whatever its port, with the arguments that change what it says. A folder's
        revision is a hash of its files but for its cards: names, sizes, the first and last megabyte of each, and of
        safetensors the first and last 4 KiB of every tensor."""
        if self.identity is not None:
            return self.identity
        if self.serve is None:
            return f"{self.base_url} {self.model}"
        folder = self.folder
        name = f"{folder.resolve().name}@{digest_of(folder)}" if folder else f"{self.model}@{self.revision or 'main'}"
        return " ".join([f"{self.serve}:{name}", *_changing(self.args, _CHANGING[self.serve])])


def _changing(args: tuple[str, ...], names: tuple[str, ...]) -> Iterator[str]:
    """The arguments of these names, which change what a model says, in one form and order."""
    found = []
    for index, argument in enumerate(args):
        name, equals, value = argument.partition("=")
        if name in names:
            found.append(f"{name}={value if equals else ''.join(args[index + 1 : index + 2])}")
    yield from sorted(found)


def digest_of(folder: Path) -> str:
    """What tells the model in a folder from others: a hash of its files, as `Model.known_as` has it, in hex."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix != ".md":
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
            with path.open("rb") as file:
                for start, end in ((0, _WHOLE), (max(size - _WHOLE, 0), size), *_tensors(file, path, size)):
                    file.seek(start)
                    digest.update(file.read(end - start))
    return digest.hexdigest()


def _tensors(file: BinaryIO, path: Path, size: int) -> Iterator[tuple[int, int]]:
    """Where the header of a safetensors file and the ends of each tensor stand; nothing of another file, or of one that
    is broken."""
    if path.suffix != ".safetensors":
        return
    file.seek(0)
    data = 8 + int.from_bytes(file.read(8), "little")
    if data > min(size, _HEADER):
        return
    try:
        header = json.loads(file.read(data - 8))
        spans = [(start, end) for name in header if name != "__metadata__" for start, end in [_span(header[name])]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    yield 0, data
    for start, end in sorted(spans):
        yield data + start, data + min(start + _TENSOR, end)
        yield data + max(end - _TENSOR, start), data + end


def _span(tensor: Mapping[str, Any]) -> tuple[int, int]:
    """Raises ValueError for what is no span."""
    start, end = tensor["data_offsets"]
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end < 1 << 62):
        raise ValueError("no span")
    return start, end
