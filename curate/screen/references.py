"""Questions that speak of a figure, a table or material that did not come with them.

refers_to_missing(question)      "根据下表计算净利润" with no context  ->  True
"""

import re

from curate.records import Question

_ZH = re.compile(r"[如下上]图|下表|上表|附表|见[图表]|资料[一二三四五\d]|根据(?:上述|以上|下列|以下)?(?:资料|材料)")
_THING = r"(?:table|figure|chart|graph|exhibit|diagram|passage|case study)s?"
_EN = re.compile(
    rf"\b(?:following|above|below|accompanying|attached|given) (?:\w+ )?{_THING}\b"
    rf"|\b{_THING} (?:above|below|shown|provided)\b"
    rf"|\b(?:shown in|see|refer to|presented in|according to|based on) (?:the )?{_THING}\b",
    re.IGNORECASE,
)


def refers_to_missing(question: Question) -> bool:
    """Does the question refer to material, and come without any context?"""
    if question.context:
        return False
    return bool((_ZH if question.language == "zh" else _EN).search(question.question))
