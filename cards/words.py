"""Words for what stands in facts as a code, in either language. A code without a word stands for itself.

words("zh")("label:undecided")            ->  "未定"
words("zh")("attribution, share-alike")   ->  "署名、相同方式共享"
words("en")("reason:overlap", "in words")  ->  "in words"
"""

from collections.abc import Mapping
from functools import partial
from typing import Literal, Protocol

from cards.flags import FLAGS_ZH
from cards.reasons import REASONS_ZH

Language = Literal["en", "zh"]

# Codes that would otherwise mean two things (the answer kind `code`, the module `code`) carry what they are.
_GROUPS = (
    *("reason:", "module:", "label:", "part:", "purpose:", "change:", "kind:", "private:"),
    *("flag:", "title:", "home:"),
)


class Say(Protocol):
    """What a code is called; otherwise: the words for one that this language has none for."""

    def __call__(self, code: str, otherwise: str = "") -> str: ...


EN: Mapping[str, str] = {
    "en": "English",
    "zh": "Chinese",
    "yours": "the publishers' own",
    "module:code": "financial code",
    "module:professional_knowledge": "professional knowledge",
    "module:non_reasoning_business": "non-reasoning business",
    "module:reasoning_business": "reasoning business",
    "module:": "none",
    "purpose:filter": "filtering questions",
    "purpose:convert": "rewriting questions",
    "purpose:distil": "writing reasoning",
    "purpose:check": "checking answers",
    "purpose:judge": "judging reasoning",
    "purpose:student": "answering as the student",
}

ZH: Mapping[str, str] = {
    **{f"reason:{code}": meaning for code, meaning in REASONS_ZH.items()},
    **{f"flag:{meaning}": chinese for meaning, chinese in FLAGS_ZH.items()},
    "title:FinCorpus, examination items": "FinCorpus（试题部分）",
    "title:any table of questions": "自备题目表",
    "title:compliance logs of several agents (CCC)": "多智能体合规检查日志（CCC）",
    "title:questions with traces of any model": "自备的带推理过程的题目",
    "home:Shanghai University of Finance and Economics (not public)": "上海财经大学（未公开）",
    "{model} at {host}": "{model}（{host}）",
    "{title} ({name})": "{title}（{name}）",
    "a private address": "内部地址",
    "en": "英文",
    "zh": "中文",
    "any": "不限",
    "yours": "发布者自有",
    "yes": "是",
    "no": "否",
    "total": "合计",
    "good trace": "整条推理",
    "module:code": "金融代码",
    "module:professional_knowledge": "专业知识",
    "module:non_reasoning_business": "非推理类业务",
    "module:reasoning_business": "推理类业务",
    "module:": "未归类",
    "label:good": "合格",
    "label:bad": "不合格",
    "label:undecided": "未定",
    "label:dropped": "筛除",
    "part:prompt": "提示",
    "part:reasoning": "推理",
    "part:answer": "回答",
    "purpose:filter": "预筛题目",
    "purpose:convert": "改写题目",
    "purpose:distil": "撰写推理",
    "purpose:check": "核对答案",
    "purpose:judge": "评审推理",
    "purpose:student": "充当学生模型作答",
    "change:added": "新增",
    "change:removed": "删除",
    "change:changed": "改动",
    "change:moved": "移动",
    "kind:number": "数值",
    "kind:percent": "百分比",
    "kind:boolean": "是非",
    "kind:choice": "单选",
    "kind:choices": "多选",
    "kind:label": "单标签",
    "kind:labels": "多标签",
    "kind:span": "片段",
    "kind:text": "文本",
    "kind:code": "代码",
    "private:email": "电子邮箱",
    "private:iban": "国际银行账号",
    "private:resident_id": "身份证号",
    "private:bank_card": "银行卡号",
    "private:passport": "护照号",
    "private:ssn": "社会保障号",
    "private:mobile": "手机号",
    "private:phone": "电话号码",
    "private:account": "账号",
    "private:address": "地址",
    "newly read": "新读入",
    "new source": "新增来源",
    "no longer read": "不再读入",
    "source left out": "来源已去掉",
    "split": "划分变动",
    "prompt": "提示",
    "gold": "标准答案",
    "reasoning": "推理",
    "answer": "回答",
    "completion": "完整回答",
    "teacher": "推理作者",
    "attempts": "尝试次数",
    "licence": "许可",
    "language": "语言",
    "module": "模块",
    "group": "分组",
    "flags": "缺陷标记",
    "reason": "落选原因",
    "detail": "详情",
    "check_reason": "第一轮理由",
    "judge_reason": "第二轮理由",
    "measures": "度量",
    "pass_rate": "通过率",
    "attribution": "署名",
    "non-commercial": "非商业性使用",
    "share-alike": "相同方式共享",
    "no redistribution": "禁止再分发",
    "no derivatives": "禁止演绎",
    "no conditions": "无附加条件",
    "unknown": "未知",
    "proprietary": "专有",
}


def words(language: Language) -> Say:
    """The words of a language."""
    return partial(_called, ZH, "、") if language == "zh" else partial(_called, EN, ", ")


def _called(names: Mapping[str, str], comma: str, code: str, otherwise: str = "") -> str:
    """One code's name, or of several, divided by commas, each one's."""
    bare = code.rpartition(":")[2] if code.startswith(_GROUPS) else code
    return names.get(code) or otherwise or comma.join(names.get(one, one) for one in bare.split(", "))
