"""Sentences that state an answer, English and Chinese: "the answer is 12", 答案是B, 故选C.

stated("The answer is 12. So the final answer is 13.")       ->  "13"
stated("The answer is expected to two decimal places.")      ->  None
"""

import re

from judges.answers.text import DRESSING

# Where a statement may begin: found by plain search, a hundred times faster than by trying the pattern everywhere.
_CUES = (
    *("answer", "Answer", "ANSWER", "correct option", "correct choice", "inal verdict", "inal result"),
    *("答案", "结论", "判断", "结果", "选"),
)
_MARK = re.compile(
    r"(?:answers?|correct\s+(?:option|choice)|inal\s+(?:verdict|result))\b\**\s*(?:is|are|=|:|：|should\s+be"
    r"|would\s+be)"
    r"|(?:答案|结论|正确选项|最终判断|判断结果)\**\s*(?:应[该当]?)?(?:[是为选]|[:：])+|(?<=正确)选项\**[是为:：]|结果\**[:：]|判断\**[:：]|(?<=【)答案】[:：]?"
    r"|(?<!不应)(?<!不该)(?<!勿)(?:(?<=本题)|(?<=应)|(?<=因此)|(?<=所以)|(?<=故)|(?<=综上)|(?<=综上，))"
    r"选择?(?=[ :：]?(?:选项)?[ ]?[(（]?[A-Za-z])",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[:：*]*(?P<heading>\s*\n)?[:：\s*]*(?P<value>[^\n]{1,200})")
_SENTENCE_END = re.compile(r"(?<=[^\d\s.])\.(?=\s|$)|(?<=\d)\.(?=\s*$|\s+[A-Z<])|[。！!；]|;(?!\d)")
_ABBREVIATED = re.compile(
    r"\b(?:inc|corp|co|ltd|u\.s|no|vs|st|rs|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$", re.IGNORECASE
)
# "the answer to two decimal places" states nothing.
_ABOUT_IT = re.compile(r"(?:to|in|with|expressed|expected|required|provided|asked|needed|based)\b", re.IGNORECASE)
_SHORT = 60


def stated(text: str) -> str | None:
    """What the last "the answer is ..." sentence states, cut at the end of the sentence; None if there is none.

    A heading ("Answer:" alone on its line) states what stands under it only if that is a single line and no prose.
    """
    return values[-1] if (values := statements_at(text, marks_of(text))) else None


def marks_of(text: str) -> list[tuple[int, int]]:
    """Where each "the answer is" of a text begins and ends."""
    begins: list[int] = []
    for cue in _CUES:
        position = text.find(cue)
        while position >= 0:
            begins.append(position)
            position = text.find(cue, position + len(cue))
    found = (_MARK.match(text, begin) for begin in sorted(begins))
    return [mark.span() for mark in found if mark]


def statements_at(text: str, marks: list[tuple[int, int]]) -> list[str]:
    """What each "the answer is ..." of a text states, the last one last; "Final answer: the answer is 12" is one."""
    values = []
    for index, (_, end) in enumerate(marks):
        following = marks[index + 1][0] if index + 1 < len(marks) else len(text)
        found = _VALUE.match(text, end)
        if found is None:
            continue
        sentences = _sentences(found["value"].strip(" *"))
        if not sentences or following < found.start("value") + len(sentences[0]):
            continue
        if found["heading"] and (len(sentences) > 1 or text[found.end() : following].strip()):
            continue
        if (value := sentences[0].strip(DRESSING)) and not _ABOUT_IT.match(value):
            values.append(value)
    return values


def _sentences(text: str) -> list[str]:
    """The sentences of a line; "Inc." and "Dec." end none."""
    kept: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATED.search(text, max(start, end.start() - 5), end.start()):
            kept.append(text[start : end.start()])
            start = end.end()
    return [sentence for sentence in (*kept, text[start:]) if sentence.strip()]


def is_cut(text: str, marks: list[tuple[int, int]]) -> bool:
    """Does the text end in the midst of stating once more: "The answer is 42.9%. ... The answer is 4"?"""
    if len(marks) < 2:
        return False
    last = text[marks[-1][1] :].strip(" *")
    if not last or len(last) > _SHORT or "\n" in last or not last[-1].isalnum():
        return False
    before = text[marks[-2][1] : marks[-1][0]].strip(" *")
    return before.startswith(last) and before[len(last) : len(last) + 2].strip(" *.,，。")[:1].isalnum()
