"""Questions that speak of a figure, a table or material that did not come with them.

refers_to_missing(question)      "根据下表计算净利润", and no table anywhere  ->  True

Material may stand in the question itself: a case before "根据上述资料", the figures of a table behind "下表", a list
behind a colon. Where the question is long enough to hold it, nothing is called missing.
"""

import re

from curate.records import Question

# Not 会上表示, 以下表述, 如图像, 如图表示, 例如表外业务, 下图灵测试; 附表 alone is a term of accounting: 利润表的附表.
_ZH = re.compile(
    r"(?<!例)[如见][图表](?!表示)(?![像书形片案文外内示述明见灵谋])"
    r"|[下上][图表](?![像书形片案文述示态达明决现白演面灵谋])"
    r"|(?:[见如据照]|参考)附[图表]|附[图表](?:所示|如下|[中的]{1,2}(?:数据|资料))"
)
_ZH_MATERIAL = re.compile(r"根据(?:上述|以上|下列|以下)?(?:资料|材料)|资料[一二三四五\d](?![一二三四五\d]*[:：])")
_THING = r"(?:table|figure|chart|graph|exhibit|diagram)s?\b(?! of (?:accounts|authorities|contents|speech|merit))"
_EN = re.compile(
    rf"\b(?:following|above|below|accompanying|attached|given) {_THING}|\b{_THING} (?:above|below|shown|provided)\b"
    rf"|\b(?:shown in|refer to|presented in|according to|based on) the {_THING}",
    re.IGNORECASE,
)
_EN_MATERIAL = re.compile(
    r"\b(?:following|above|accompanying|given) (?:passage|case study|case|information|data)\b(?! asymmetr)",
    re.IGNORECASE,
)
# Who is to make a table is shown none: "Create a table below", 绘制下图.
_TO_MAKE = re.compile(
    r"\b(?:creat|draw|build|mak|fill|construct|prepar|plot|produc|design|generat)\w*\s+(?:\w+\s+){0,3}$"
    r"|(?:绘制|画出?|制作|编制|填[写好入列制]?|设计)[^，。；的]{0,4}$",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"(?:<|&lt;)img|!\[[^\]\n]*\]\(", re.IGNORECASE)  # HTML's, as it came or escaped; Markdown's
_FIGURES, _CELLS = 8, 4  # numbers, or strokes between cells, behind the mention of a table that may be the table
_LISTED = re.compile(
    r"[^。？?.]{0,20}[:：]\s*(?!(?:what|which|how|who|when|is|are)\b)[^。？?.，,、；;]{1,30}[,、；;\n]\s*[^\s。？?.]",
    re.IGNORECASE,
)
_MATERIAL = {"zh": 80, "en": 240}  # characters of a question that may hold its material
# What goes before 根据以上资料 and may be it: a full sentence, or as many characters of facts.
_TOLD = {"zh": re.compile(r"[^。]{10}。|.{25}", re.DOTALL), "en": re.compile(r"[^.]{40}\.\s|.{120}", re.DOTALL)}
_ABOVE = re.compile("above|上述|以上", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def refers_to_missing(question: Question) -> bool:
    """Does the question refer to material that stands neither in its context nor, as far as can be told, in itself?"""
    if question.context:
        return False
    text, chinese = question.question, question.language == "zh"
    if _PICTURE.search(text):
        return True
    for found in (_ZH if chinese else _EN).finditer(text):
        if not _TO_MAKE.search(text, 0, found.start()):
            return not _stands_behind(text, found.end())
    material = (_ZH_MATERIAL if chinese else _EN_MATERIAL).search(text)
    if material is None or len(text) >= _MATERIAL[question.language] or _LISTED.match(text, material.end()):
        return False
    return not (_ABOVE.search(material[0]) and _TOLD[question.language].search(text, 0, material.start()))


def _stands_behind(text: str, end: int) -> bool:
    """May what stands behind the mention of a table be the table?"""
    figures, cells = len(_NUMBER.findall(text, end)), text.count("|", end)
    return figures >= _FIGURES or cells >= _CELLS or bool(_LISTED.match(text, end))
