"""Questions of our own and what a model says of them, for the tests of the conversion of multiple choice."""

import json
from typing import Any

from curate.records import Question

ZH: dict[str, Any] = {
    "question": "甲公司2021年末向乙银行借款300万元，期限3年。"
    "下列利率中，由《星湖贷款办法》规定为该笔借款上限的是（）。",
    "options": {"A": "六个月拆借利率", "B": "星湖基准利率", "C": "国债到期收益率", "D": "存款准备金利率"},
    "gold": "B",
    "language": "zh",
    "answer_kind": "choice",
    "task": "回答下面的试题，只给出选项字母。",
}
ZH_OPEN = "甲公司2021年末向乙银行借款300万元，期限3年。《星湖贷款办法》规定该笔借款的上限是什么利率？"
EN: dict[str, Any] = {
    "question": "In 2019 Marlow Harbour Inc. issued 500 bonds at 98% of par. Under the Tern Act, which of the following"
    " bodies approves the issue of such bonds?",
    "options": {
        "A": "Coastal Credit Board",
        "B": "Harbour Audit Office",
        "C": "Ministry of Works",
        "D": "Tern Exchange",
    },
    "gold": "A",
    "language": "en",
    "answer_kind": "choice",
    "task": "Choose the best option.",
}
EN_OPEN = (
    "In 2019 Marlow Harbour Inc. issued 500 bonds at 98% of par. Under the Tern Act, what body approves the issue of"
    " such bonds?"
)


def item(base: dict[str, Any], **changes: Any) -> Question:
    values = {**base, **changes}
    return Question(
        id="exam:1", source="exam", source_id="1", group="g1", licence="MIT", meta={"exam": "own"}, **values
    )


def reply(question: str, answers: list[str], convertible: str = "yes", analysis: str = "唯一") -> str:
    """What a model says that rewrites."""
    said = {"analysis": analysis, "answers": answers, "convertible": convertible, "question": question}
    return json.dumps(said, ensure_ascii=False)
