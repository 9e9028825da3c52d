"""`dataset_info` of the Hub's YAML: features and split sizes of each config, in the form that `datasets` reads."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.configs import COLUMNS, CONFIGS, SPLITS, files_of


def infos(folder: Path) -> list[dict[str, Any]]:
    """One entry a config that has rows. num_bytes: of a split as Parquet holds it uncompressed."""
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    found = {}
    for config in CONFIGS:
        splits = SplitDict()
        files = {split: files_of(folder, config, split) for split in SPLITS}
        for split, paths in files.items():
            if paths:
                rows, size = _size(paths)
                splits[split] = SplitInfo(split, num_bytes=size, num_examples=rows)
        if splits:
            found[config] = DatasetInfo(
                features=Features.from_arrow_schema(pa.schema([(name, kind) for name, kind, _ in COLUMNS[config]])),
                splits=splits,
                config_name=config,
                download_size=sum(path.stat().st_size for paths in files.values() for path in paths),
                dataset_size=sum(split.num_bytes for split in splits.values()),
            )
    data = DatasetCardData()
    DatasetInfosDict(found).to_dataset_card_data(data)
    said = data["dataset_info"] if found else []
    return said if isinstance(said, list) else [said]


def _size(paths: list[Path]) -> tuple[int, int]:
    metadata = [pq.read_metadata(path) for path in paths]
    size = sum(one.row_group(number).total_byte_size for one in metadata for number in range(one.num_row_groups))
    return sum(one.num_rows for one in metadata), size
