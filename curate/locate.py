"""Where a source's files are: a path, a glob, or a dataset on the Hub pinned to a commit.

locate("data/*.jsonl", base)                ->  [File(path, "a.jsonl"), File(path, "b.jsonl")]
locate("hf://org/name@v1.0/train.json", base, "train")
"""

import fnmatch
import glob
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import UserError, nearest
from curate.names import SHIPPED

_HUB = re.compile(
    r"^hf://(?:datasets/)?(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>refs/[^/]+/[^/]+|[^/]+))?(?:/(?P<path>.+))?$"
)


@dataclass(frozen=True, slots=True)
class File:
    """One file to read: where it lies, what it is called in places and tables, and the Hub commit it came from."""

    path: Path
    shown: str
    revision: str | None = None

    def digest(self) -> str:
        """The SHA-256 of the file's bytes, in hex."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(location: str, base: Path, split: str | None = None) -> list[File]:
    """The files behind a recipe's `from`, in a stable order; a relative one starts at the recipe's folder, of a recipe
    that comes with the package also at the current one. Raises UserError if there are none."""
    if location.startswith("hf://"):
        return _on_hub(location, split or "train")
    path = Path(os.path.expanduser(location))
    found = _matches(path if path.is_absolute() else base / path)
    if not found and base == SHIPPED and not path.is_absolute():  # the package holds its samples, and no corpora
        base = Path.cwd()
        found = _matches(base / path)
    # One file once, whatever links lead to it: a link to a folder above would repeat it without end.
    found = list({os.path.realpath(file): file for file in reversed(found) if file.is_file()}.values())[::-1]
    if not found:
        raise UserError(_not_found(location, base / path, base))
    common = Path(os.path.commonpath([file.parent for file in found]))
    return [File(file, file.relative_to(common).as_posix()) for file in found]


def _matches(pattern: Path) -> list[Path]:
    return [pattern] if pattern.is_file() else [Path(name) for name in sorted(glob.glob(str(pattern), recursive=True))]


def _not_found(location: str, path: Path, base: Path) -> str:
    if path.is_dir():
        return f"'{location}' is a folder; name its files, for example '{location.rstrip('/')}/*.jsonl'"
    there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    folder = path.parent if path.parent.is_dir() else f"{path.parent}, which does not exist"
    found = f"no file '{location}' (looked in {folder}){nearest(path.name, there)}"
    if Path(location).is_absolute():
        return found
    whose = "the current folder" if base.resolve() == Path.cwd() else "the recipe's folder"
    return f"{found}\n  a relative path starts at {whose}, {base.resolve()}"


def _on_hub(location: str, split: str) -> list[File]:
    parts = _HUB.match(location)
    if parts is None:
        raise UserError(
            f"'{location}' does not name a Hub dataset; write hf://org/name, hf://org/name@revision or hf://org/name/file.jsonl"
        )
    import httpx2
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    repo, revision = parts["repo"], parts["revision"]
    try:
        # The commit first: a name such as "main" may move, and a stale cache must not answer for it.
        info = HfApi().dataset_info(repo, revision=revision)
        commit = str(info.sha)
        names = [entry.rfilename for entry in info.siblings or []]
        wanted = _matching(parts["path"], names, location) if parts["path"] else _of_split(repo, commit, split)
        return [
            File(Path(hf_hub_download(repo, name, repo_type="dataset", revision=commit)), name, commit)
            for name in wanted
        ]
    except RevisionNotFoundError:
        raise UserError(f"'{location}': the dataset has no revision '{revision}'") from None
    except RepositoryNotFoundError:
        raise UserError(
            f"'{location}': the Hub has no such dataset, or it needs a token (HF_TOKEN) with access to it"
        ) from None
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise UserError(
            f"'{location}': the Hub cannot be read: {str(error).splitlines()[0]}\n"
            "  name files of yours instead, with --set sources.N.from=PATH or in a copy of the recipe"
        ) from None


def _matching(pattern: str, names: list[str], location: str) -> list[str]:
    found = sorted(fnmatch.filter(names, pattern))
    if not found:
        raise UserError(
            f"'{location}': the dataset has no file '{pattern}'{nearest(pattern, names)}\n"
            f"  its files: {', '.join(sorted(names)[:20])}"
        )
    return found


def _of_split(repo: str, commit: str, split: str) -> list[str]:
    """The data files of a split by the Hub's own rules (the card's configs, or folder and file names)."""
    from datasets import load_dataset_builder
    from datasets.exceptions import DatasetNotFoundError

    prefix = f"hf://datasets/{repo}@{commit}/"
    try:
        splits: dict[str, Any] = dict(load_dataset_builder(repo, revision=commit).config.data_files or {})
    except (ValueError, DatasetNotFoundError, FileNotFoundError) as error:
        raise UserError(
            f"hf://{repo}: its splits cannot be told ({str(error).splitlines()[0]})\n  name a file: hf://{repo}/path/to/file.jsonl"
        ) from None
    if split not in splits:
        raise UserError(f"hf://{repo}: no split '{split}'; it has {', '.join(map(str, splits)) or 'none'}")
    files = [str(url) for url in splits[split]]
    # When the Hub stops answering, datasets falls back to whatever revision it has cached: refused here.
    if stray := [url for url in files if not url.startswith(prefix)]:
        raise UserError(
            f"hf://{repo}: asked for commit {commit}, got '{stray[0]}'; try again, or name a file of the dataset"
        )
    return [url.removeprefix(prefix) for url in files]
