"""What a question is made from: its wording and its options', with names and numbers left out, whatever its context.

template("What was Apple's revenue in 2019?")  ==  template("What was Tesla's revenue in 2021?")
"""

import re

from curate.records import Question, content_number
from curate.screen.words import words

_QUOTED = re.compile(r"《[^《》]{1,60}》|“[^“”]{1,60}”|\"[^\"\n]{1,60}\"|「[^「」]{1,60}」")
# A capitalised word inside a sentence, a ticker, a Chinese firm by its ending: names as far as their form tells.
_NAME = re.compile(
    r"(?<=[a-z,;:'’] )[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*(?:['’]s?)?|\b[A-Z]{2,6}\b"
    r"|[\u3400-\u9fff]{2,8}?(?:股份有限公司|有限公司|公司|银行|集团|证券|基金|保险)"
)
_NUMBER = "0"


def template(question: Question) -> int:
    """64 bits over the question's wording without names, quotes and numbers; equal for questions of one template."""
    asked = "\n".join((question.question, *question.options.values()))
    bare = _NAME.sub(" N ", _QUOTED.sub(" N ", asked))
    said = [_NUMBER if word[0].isdigit() else word for word in words(bare)]
    return content_number(question.language, question.task, *said)
