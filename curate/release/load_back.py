"""A release loaded with `datasets`, as its users will load it, and compared with what was written."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from curate.configs import files_of
from curate.errors import UserError

_BATCH = 1000


def load_back(folder: Path) -> None:
    """Loads every config that the card names, and compares splits and every row with the Parquet files. Raises
    UserError where anything differs: then the card or the files are wrong, and nothing may leave the machine."""
    import datasets
    from huggingface_hub import DatasetCard

    configs = DatasetCard((folder / "README.md").read_text(encoding="utf-8")).data["configs"]
    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        with TemporaryDirectory() as cache:
            for config in configs:
                name = config["config_name"]
                loaded = datasets.load_dataset(str(folder), name, cache_dir=cache)
                for split in {entry["split"] for entry in config["data_files"]} | set(loaded):
                    _compare(folder, name, split, loaded[split])
    except (datasets.exceptions.DatasetsError, ValueError, KeyError) as error:
        raise UserError(f"{folder}: `datasets` cannot load what was built: {str(error).splitlines()[0]}") from error
    finally:
        if shown:
            datasets.enable_progress_bars()


def _compare(folder: Path, config: str, split: str, loaded: object) -> None:
    from datasets import Dataset

    assert isinstance(loaded, Dataset)
    at, rows = 0, loaded.with_format("arrow")
    for path in files_of(folder, config, split):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(_BATCH):
                there = rows[at : at + len(batch)]
                if there.select(batch.schema.names).cast(batch.schema).to_batches()[0].to_pylist() != batch.to_pylist():
                    raise UserError(f"{path}: `datasets` gives other rows from {at} on than were written")
                at += len(batch)
    if at != len(loaded):
        raise UserError(f"{folder}: `datasets` gives {len(loaded)} rows of {config}/{split}, {at} were written")
