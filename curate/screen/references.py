"""Questions that speak of a figure, a table or material that did not come with them.

refers_to_missing(question)      "根据下表计算净利润", and no table anywhere  ->  True

Material may stand in the question itself: a case before "根据上述资料", the figures of a table behind "下表". Where the
question is long enough to hold it, nothing is called missing.
"""

import re

from curate.records import Question

# Not 会上表示, 以下表述, 如图像, 例如表外业务.
_ZH = re.compile(
    r"(?<!例)[如见][图表](?![像书形片案文外内示述明])|[下上附][图表](?![像书形片案文述示态达明决现白演面])"
)
_ZH_MATERIAL = re.compile(r"根据(?:上述|以上|下列|以下)?(?:资料|材料)|资料[一二三四五\d](?![一二三四五\d]*[:：])")
_THING = r"(?:table|figure|chart|graph|exhibit|diagram)s?"
_EN = re.compile(
    rf"\b(?:following|above|below|accompanying|attached|given) {_THING}\b(?! of (?:accounts|authorities))"
    rf"|\b{_THING} (?:above|below|shown|provided)\b"
    rf"|\b(?:shown in|refer to|presented in|according to|based on) the {_THING}\b",
    re.IGNORECASE,
)
_EN_MATERIAL = re.compile(
    r"\b(?:following|above|accompanying|given) (?:passage|case study|case|information|data)\b", re.IGNORECASE
)
_PICTURE = re.compile(r"(?:<|&lt;)img|!\[[^\]\n]*\]\(", re.IGNORECASE)  # HTML's, as it came or escaped; Markdown's
_FIGURES = 8  # numbers behind the mention of a table that may be the table
_MATERIAL = {"zh": 80, "en": 240}  # characters of a question that may hold its material
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def refers_to_missing(question: Question) -> bool:
    """Does the question refer to material that stands neither in its context nor, as far as can be told, in itself?"""
    if question.context:
        return False
    text, chinese = question.question, question.language == "zh"
    if _PICTURE.search(text):
        return True
    if found := (_ZH if chinese else _EN).search(text):
        return len(_NUMBER.findall(text, found.end())) < _FIGURES
    material = (_ZH_MATERIAL if chinese else _EN_MATERIAL).search(text)
    return material is not None and len(text) < _MATERIAL[question.language]
