"""Twitter Financial News Sentiment: tweets about securities, each Bearish, Bullish or Neutral.

One raw record of sent_train.csv (texts hold newlines inside quotes, so a line is not a record):
    text,label
    $EXMP - Example Corp beats by $0.04 https://t.co/xxxxxxxxxx,1

The card states 9,938 and 2,486 records, which are the files' lines: they hold 9,543 and 2,388. Without their links 117
texts repeat an earlier one, and 38 of the validation stand in the training set: the screens find them.
"""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import Corpus, Question, Row, SourceInfo, content_id
from judges.answers.label import label
from recipes.sources.texts import number_text

INFO = SourceInfo(
    title="Twitter Financial News Sentiment",
    licence="MIT",
    home="https://huggingface.co/datasets/zeroshot/twitter-financial-news-sentiment",
    language="en",
    module="reasoning_business",
    task="Below is a tweet about financial markets. Tell its sentiment by one of the labels.",
    task_domain="the sentiment of financial news",
    form="text, label (0 Bearish, 1 Bullish, 2 Neutral)",
    splits={"train": 9938, "validation": 2486},
    defects={
        "gold_missing": "no label is given",
        "label_unknown": "the label is none of 0, 1, 2",
        "url": "the text holds a link that leads nowhere by itself (4,470 of 9,543; 1,142 of 2,388)",
    },
    citation="zeroshot, Twitter Financial News Sentiment, Hugging Face",
)

LABELS = {"0": "Bearish", "1": "Bullish", "2": "Neutral"}
_URL = re.compile(r"https?://t\.co/\w*")


class Options(BaseModel, extra="forbid", frozen=True):
    """TFNS has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The tweet's one Question. Raises BadRecord for a record without a text."""
    record = row.value
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or not record["text"].strip():
        raise BadRecord("'text' is missing or empty")
    text = record["text"].strip()
    gold = _gold(number_text(record.get("label")))
    source_id = content_id(text)
    yield Question(
        **corpus.provenance(source_id),
        group=source_id,
        language="en",
        task=INFO.task,
        question=text,
        answer_kind="label",
        gold=gold,
        options=LABELS,
        flags=tuple(_flags(text, gold)),
    )


def _gold(written: str | None) -> str | None:
    """The label's number, also where its name stands for it; what is no label is kept as it stands."""
    named = label(written.removeprefix("LABEL_"), LABELS) if written else None
    return next(iter(named)) if named else written


def _flags(text: str, gold: str | None) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    elif gold not in LABELS:
        yield "label_unknown"
    if _URL.search(text):
        yield "url"
