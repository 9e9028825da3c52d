"""The Hub's YAML of a dataset card, as its own classes write it.

Keys and values: huggingface/hub-docs, datasetcard.md.
"""

import re
from typing import Any

from huggingface_hub import DatasetCardData

from cards.facts import DatasetFacts

_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B")
_DATASET = re.compile(r"(?:https://huggingface\.co/datasets/|hf://(?:datasets/)?)([\w.-]+/[\w.-]+)")
_TAGS = ("finance", "reasoning", "chain-of-thought", "sft", "grpo", "fincurate")


def metadata(facts: DatasetFacts) -> DatasetCardData:
    """What the Hub shows, filters and loads a dataset by. Splits and configs without rows are left out."""
    return DatasetCardData(
        license=facts.licence or None,
        language=sorted({one.name for one in facts.languages if one.name}) or None,
        pretty_name=facts.title or facts.name,
        size_categories=[size_category(facts.rows("sft") + facts.rows("rl"))],
        task_categories=["question-answering", "text-generation"],
        tags=[*_TAGS, *(module.name.replace("_", "-") for module in facts.modules if module.name)],
        source_datasets=source_datasets(facts) or None,
        configs=_configs(facts),
        dataset_info=[dict(info) for info in facts.infos] or None,
    )


def size_category(rows: int) -> str:
    """The Hub's name for so many rows: 1000 -> "1K<n<10K"."""
    return _SIZES[max(0, len(str(rows)) - 3)]


def source_datasets(facts: DatasetFacts) -> list[str]:
    """The ids of the sources that are datasets on the Hub; the Hub has no names for others."""
    found = (_DATASET.match(source.home) for source in facts.sources)
    return list(dict.fromkeys(match.group(1) for match in found if match))


def _configs(facts: DatasetFacts) -> list[dict[str, Any]]:
    """Each config's files by split; sft, or the first that there is, is what load_dataset takes without a name."""
    configs: dict[str, dict[str, Any]] = {}
    for part in (part for part in facts.parts if part.rows):
        config = configs.setdefault(part.config, {"config_name": part.config, "data_files": []})
        path = f"data/{part.config}/{part.split}-*.parquet"
        config["data_files"].append({"split": part.split, "path": path})
    if configs:
        configs.get("sft", next(iter(configs.values())))["default"] = True
    return list(configs.values())
