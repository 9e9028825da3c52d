"""What a model is good for and what it is not, told from the record of its training, in both languages.

limits({"base": {"new": True, ...}, ...})  ->  (Words("It began with random weights ...", "..."), ...)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cards.markdown import many
from cards.model_facts import Words
from cards.words import words
from curate.release.licence import terms

_EN, _ZH = words("en"), words("zh")


def intended(record: Mapping[str, Any]) -> tuple[Words, ...]:
    """What it may be used for."""
    if record["base"]["new"]:
        return (Words("Trying out training, serving and evaluation.", "试用训练、部署和评测的流程。"),)
    spoken = list(filter(None, record["data"]["languages"]))
    if not spoken:
        return ()
    english, chinese = " and ".join(map(_EN, spoken)), "、".join(map(_ZH, spoken))
    return (
        Words(
            f"Financial questions like those that it was trained on, in {english}.",
            f"与训练数据同类的金融题目（{chinese}）。",
        ),
    )


def limits(record: Mapping[str, Any]) -> tuple[Words, ...]:
    """What its user must know, each only where the record shows it."""
    return tuple(_found(record))


def _found(record: Mapping[str, Any]) -> Iterator[Words]:
    data, settings = record["data"], record["settings"]
    if record["base"]["new"]:
        yield Words(
            "It began with random weights and has seen nothing but its training data: it is for trying out only.",
            "从随机权重开始训练，除训练数据外一无所知，仅供试用。",
        )
    elif len(spoken := list(filter(None, data["languages"]))) == 1:
        yield Words(
            f"All questions that it was trained on are {_EN(spoken[0])}.", f"训练所用的题目全部为{_ZH(spoken[0])}。"
        )
    yield from _licences(record)
    if left_out := len(data["left_out"]):
        yield Words(
            f"{many(left_out, 'row was', 'rows were')} left out of the training as too long: it has not learned from"
            " questions of that length.",
            f"{left_out:,} 行因过长未参加训练：模型没有学过这样长的题目。",
        )
    if settings.get("beta") == 0:
        yield Words(
            "The weight of the KL term was 0: nothing but the rewards held the model near the one that it began with.",
            "KL 项的权重为 0：除奖励外，没有任何约束使模型留在初始模型附近。",
        )


def _licences(record: Mapping[str, Any]) -> Iterator[Words]:
    """Of its own data, and of the data of earlier trainings here that made its base."""
    counts: Mapping[str, int] = record["data"]["licences"]
    known = sorted(set(counts) - {""})
    if len(known) > 1:
        yield Words(
            f"The training rows came under {len(known)} licences: {', '.join(known)}.",
            f"训练数据分属 {len(known)} 种许可证：{'、'.join(known)}。",
        )
    if counts.get(""):
        yield Words(
            f"Of {many(counts[''], 'training row', 'training rows')} the licence is unknown.",
            f"{counts['']:,} 行训练数据的许可证未知。",
        )
    stated = {*known, *record["base"]["licences"], record["data"]["licence"], record["base"]["licence"]} - {""}
    if closed := sorted(one for one in stated if "non-commercial" in terms(one)):
        yield Words(
            f"It was made from what is licensed for non-commercial use only: {', '.join(closed)}.",
            f"所用的数据或基座仅许可非商业性使用：{'、'.join(closed)}。",
        )
