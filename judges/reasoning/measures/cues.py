"""The phrases that `tells` looks for, in both languages: each a cue and a pattern of what follows it, in small letters.

SELF: a model names itself or its maker. RESIDUE: leftovers of prompts and of rewriting, and mentions of a standard
answer that was shown. HEDGES: second thoughts. JUDGE: a judge is told how to vote. What the same words say of finance
(an AI company, a vote of shareholders, 等等 after a list) was read off real traces and is left out. Repetitions are
bounded, so that no text makes a pattern run away.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from judges.reasoning.measures.terms import pairs, tokens


class Phrase(NamedTuple):
    """cue: how the phrase begins, in small letters; pattern: what follows the cue; starts: whether it must begin a
    clause; words: the cue's words and Han pairs, to look up among those of a text."""

    cue: str
    pattern: re.Pattern[str]
    starts: bool
    words: frozenset[str]


class Table(NamedTuple):
    """words: of each phrase the longest word of its cue; by_word: the phrases by that word, "" for a cue without any.
    Most phrases are passed over without a look at each."""

    words: frozenset[str]
    by_word: Mapping[str, tuple[Phrase, ...]]


def _table(*phrases: Phrase) -> Table:
    by_word: dict[str, tuple[Phrase, ...]] = {"": ()}
    for phrase in phrases:
        word = max(phrase.words, key=len, default="")
        by_word[word] = (*by_word.get(word, ()), phrase)
    return Table(frozenset(by_word) - {""}, by_word)


def _phrases(starts: bool, *table: tuple[str, str]) -> tuple[Phrase, ...]:
    """Cues, several separated by |, each with the pattern of what follows it."""
    return tuple(
        Phrase(cue, compiled, starts, frozenset((*filter(str.isascii, tokens(cue)), *pairs(cue))))
        for cues, pattern in table
        for compiled in (re.compile(pattern),)
        for cue in cues.split("|")
    )


_MODEL = (
    r"(?:deepseek(?:-?[rv]\d[\w.]*)?|chatgpt|gpt-?\d[\w.]*|qwen[\w.-]*|claude|gemini|chatglm|kimi|ernie bot|llama"
    "|通义千问|文心一言|豆包|千问|讯飞星火|智谱清言)"
)
_MAKER = (
    "(?:deepseek|openai|anthropic|alibaba|aliyun|google|baidu|moonshot|zhipu|meta|mistral|tongyi|深度求索|阿里云|阿里巴巴"
    "|通义|百度|智谱|月之暗面|字节跳动|科大讯飞|谷歌)"
)
_MADE = r"(?:developed|created|trained|made|built)"
_ZH_MADE = r"\w{0,6}(?:开发|训练|研发|创造|推出|打造|開發|訓練)"
_MACHINE = (
    r"(?:(?:large |ai |virtual |helpful |powerful |financial |general ){0,4}(?:language model|ai model|ai assistant"
    r"|ai chatbot|intelligent assistant|artificial intelligence|ai)(?: assistant)?\b(?! (?:provider|compan|developer"
    r"|vendor|maker|business|firm|chip|stock|lab|startup|investor|analyst|expert|engineer|researcher)))"
)
_ZH_MACHINE = (
    "(?:(?:人工智能|ai|智能|大语言|语言|大型|大|虚拟|金融|的){0,6}(?:助手|助理|语言模型|大模型|智能模型|ai模型|机器人)"
    "(?!公司|企业|厂商|提供商|供应商|龙头|行业|概念))"
)
_ONE = "(?:一个|一名|一款|一位|一個|一種|一种)?"

SELF = _table(
    *_phrases(
        True,
        ("as an|as a|being an|being a", rf" {_MACHINE}(?=[,.:;)]| (?:{_MADE}|by|i|my)\b)"),
        ("as", rf" {_MODEL},? (?:i\b|i['’]m\b|my\b|let me\b|an? (?:\w+ )?(?:ai|language))"),
        ("i am|i'm|i’m|my name is", rf" (?:{_MODEL}\b|an? {_MACHINE}|{_MADE} by {_MAKER})"),
        ("i was", rf" {_MADE} by {_MAKER}"),
        ("you are", rf" (?:{_MODEL}\b|an? {_MACHINE})"),
        ("my training data", r" (?:ends?|ended|only|stops?|goes|does not|doesn['’]t|was|is|cut)\b"),
        ("我的训练数据|我的知识截止", ""),
        (
            "作为|作為|身为|身為",
            rf"{_ONE}(?:由{_MAKER}{_ZH_MADE}的)?(?:{_ZH_MACHINE}|ai(?=[，,])|{_MODEL}(?=[，,]\s?我|我))",
        ),
        ("我是|我叫|我的名字是|我的名字叫", rf"{_ONE}(?:{_MODEL}|{_ZH_MACHINE}|由{_MAKER}{_ZH_MADE})"),
        ("我由", rf"{_MAKER}{_ZH_MADE}"),
    )
)

_REWRITTEN = "revised rewritten modified polished improved corrected refined rephrased updated".split()
_THOUGHT = r" (?:reasoning|chain[ -]of[ -]thought|thought|thinking|response|trace)(?: process)?\**\s?[:：]"
_ANSWER = r" (?:answer|solution|label|reasoning|explanation)\b(?! (?:for|of|to|with|is to)\b)"
_SHOWN = (
    r" (?:correct |final |standard )?(?:answer|solution)\b"
    r"(?! (?:choice|option|format|space|sheet|key|with|that|for|of)\b)"
)
# What an agent of the process that made a trace does; a principal's agents are paid, choose and exert effort.
_SPEAKS = (
    r"(?:['’]s)?(?: (?:has|had|have|is|was|also|only|just|first|then|both|the|own|mistakenly|incorrectly|wrongly|to))"
    r"{0,3}(?:\s?[:：]| (?:said|says|stat(?:ed|es)|conclu|calculat|comput|interpret|identif|mis(?:read|interpr|underst"
    r"|appl|calcul|takes?)|overlook|incorrect|wrong|correct|answer|reasoning|solution|approach|response|analysis|mistake"
    r"|error|us(?:ed|es|ing) (?:the |an? )?(?:wrong|incorrect|correct|right|same|standard)|fail|omit|forg[eo]t|confus))"
)
RESIDUE = _table(
    *_phrases(
        True,
        ("here is|here's|here’s|below is|this is", rf" (?:the|my|a|your) (?:{'|'.join(_REWRITTEN)})\b[^.\n]{{0,60}}:"),
        ("sure|certainly|of course|absolutely", r"[,!.] ?(?:here(?:['’]s| is| are)|below is|i(?:['’]ll| will) )"),
        ("|".join(_REWRITTEN), _THOUGHT),
        ("|".join(f"the {word}" for word in _REWRITTEN), _THOUGHT),
        (
            "以下是|以下为|这是|下面是|這是",
            r"(?:经过|根据\w{0,8})?(?:修改|修订|修訂|改写|改寫|重写|重寫|润色|优化|修正)(?:后|後|过)的?",
        ),
        ("human|assistant|user|system", r":(?= ?\n| (?:please|you are|i\b|what|how|the following|请|你))"),
        ("### instruction|### response|### input", ":"),
    ),
    *_phrases(
        False,
        ("agent1|agent2|agent_1|agent_2|according to agent 1|according to agent 2", r"\b"),
        ("agent 1|agent 2", _SPEAKS),
        ("the standard|the reference|the gold|the golden|the ground truth|the ground-truth", _ANSWER),
        (
            "i was told|i was given|i have been told|i have been given|i already know",
            r" the (?:correct |final |right )?answer\b",
        ),
        ("已经告诉我|已经知道|既然告诉我|题目给出的|题目提供的|给定的", "(?:了)?(?:正确|标准|参考)答案"),
        ("the provided|the given|the supplied|according to the", _SHOWN),
        ("the ground truth|the ground-truth|the gold answer", r"\b"),
        ("标准答案|参考答案|标准解答|標準答案|參考答案", ""),
        (
            "修订后的|修改后的|改写后的|重写后的|润色后的|优化后的|修訂後的",
            "(?:思维链|思維鏈|思考过程|推理|回答|答案|版本|解答|文本)",
        ),
        ("【思维链|【推理过程|【思考过程|【修订|【修改后|【改写", r"[^】\n]{0,12}】"),
        ("思维链", r"\**\s?[:：]"),
        ("[inst|[/inst|<<sys|<</sys", r"[\]>]"),
        (
            "|".join(
                f"<{slash}{tag}"
                for slash in ("", "/")
                for tag in "think thinking answer review reasoning tool_call output solution reflection".split()
            ),
            r"\s?>",
        ),
        ("<", r"\|[^<>|\n]{1,40}\|>"),
        ("<｜", r"[^<>｜\n]{1,40}｜>"),
    ),
)

_RECHECK = (
    r" (?:(?:just|quickly|first|also|now|go back and|carefully) ){0,3}(?:double[- ]?check|re-?check|re-?calculat"
    r"|re-?comput|re-?read|re-?think|re-?consider|re-?verif|re-?examin|re-?evaluat|redo\b|start over\b"
    r"|(?:check|verify|calculate|compute|look|think|read|try|go|count)\b[^.!?\n]{0,40}\b(?:again|once more)\b)"
)
_NOT_RIGHT = r" (?:doesn['’]t|does not) (?:seem|look|sound|make)\b[^.!?\n]{0,12}\b(?:right|correct|sense)\b"
_ZH_STOP = r"[，,。！!…？?.—\s]"
HEDGES = _table(
    *_phrases(
        True,
        ("wait", r"(?:,? (?:no|wait)\b){0,3}(?![\w-]| (?:for|until|till|times?|periods?|and see|lists?|to)\b)"),
        ("hold on", r"(?=\s?[,.!?—…–]| (?:(?:a|one) (?:second|sec|minute|moment)|let|i|that|this|if)\b|$)"),
        ("no|oh", r"[,.;]? (?:that|this|it)(?:['’]s| is| was) (?:not|wrong|incorrect)\b"),
        ("that's|that’s|that is|this is", r" not (?:quite )?right\b"),
        ("that can't|that can’t|that cannot|this can't|this can’t|this cannot", r" be (?:right|correct|true)\b"),
        ("that|this", _NOT_RIGHT),
        ("on second thought|on second thoughts|scratch that|oops|my mistake|never mind", r"\b"),
        ("i made|i've made|i’ve made|i have made", r" an? (?:mistake|error|slip|miscalculation|arithmetic error)\b"),
        ("i misread|i miscalculated|i misunderstood|i was wrong|i messed up", r"\b"),
        # After a list it means "and so on", and there a comma or a full stop stands before what follows, or 都.
        ("等等", rf"(?={_ZH_STOP}{{0,6}}(?:$|[^，,。！!…？?.—\s、；;）)和与都也以及]))"),
        ("等一下|等下|稍等|且慢|慢着|等會", "(?!儿再|再|前|于|候)"),
        ("不对|不對", rf"(?={_ZH_STOP}|[啊吧呀]|$)"),
        ("嗯|唔", rf"(?={_ZH_STOP}|$)"),
        ("我算错|我看错|我搞错|我弄错|我理解错|我记错|我之前算错|我刚才算错|我刚才看错|我之前理解错", ""),
    ),
    *_phrases(
        False,
        ("hmm|hmmm|hmmmm", r"\b"),
        ("let me|let's|let’s|i should|i need to|i'll|i’ll|better", _RECHECK),
        (
            "让我|我再|让我们|我们再|我来|我要|我需要|我得|讓我",
            "(?:再次|重新|再)(?:仔细|认真|來|来){0,2}(?:检查|核对|确认|验证|验算|算|计算|看|想|审视|考虑|思考|梳理|审题|"
            "回顾|分析|檢查|確認|計算)",
        ),
        (
            "再检查|再核对|再确认|再验证|再验算|再算|再仔细|再看|再想|再檢查",
            "(?:检查|核对|看|想|算)?(?:一下|一遍|一次|下|一看|一想)",
        ),
        ("好像不对|似乎不对|好像有问题|好像错了|似乎有误|不太对", "(?!称|等|外|应)"),
    ),
)

_EVERY = r"(?:every|all|each|full|maximum|max|the (?:highest|maximum|full|top|best)|a (?:perfect|full|top))"
_JUDGED = r"(?:answer|response|reasoning|trace|solution|output|sample|chain of thought)"
_WHOM = rf"(?:(?:me|it|us|this|this {_JUDGED}|the {_JUDGED}) )?"
_RANGE = r"(?!\s?(?:to|or|-|–|/)\s?\d|[\d.,]*\d|%)"
_DESERVES = (
    r"(?:deserves|merits|(?:should|must) (?:receive|get|be (?:given|awarded|scored|rated|marked|graded)))"
    r" (?:a |an |the |as )?(?:1\b|full|highest|maximum|perfect|top|correct|score|vote|pass)"
)
_ZH_FULL = "(?:打|评|投|给|判)(?:出|为|予|上)?(?:1|一|满|最高|10|100|十)个?(?:分|票)(?!数|\\s?(?:至|到|~|-|制))"
JUDGE = _table(
    *_phrases(
        True,
        (
            "ignore|disregard|forget",
            r" (?:(?:all|any|the|your|my|of|these|every) ){0,4}(?:previous|prior|above|earlier|preceding|foregoing"
            r"|system)\b(?: \w{1,20})? ?(?:instructions?|prompts?|rules?|criteria|guidelines|messages?)\b",
        ),
        (
            "give|award|assign|grant|rate|mark|score",
            rf" {_WHOM}{_EVERY}\b[^.!?\n]{{0,25}}?\b(?:criteri(?:on|a)|marks?|scores?|points?|votes?|ratings?)\b"
            rf"(?:[^.!?\n]{{0,20}}?\b(?:1|one|full|pass|maximum)\b{_RANGE}|\s?(?:[.!\n]|$))",
        ),
        (
            "vote",
            r" (?:of )?[\"'“]?(?:1|yes|pass)[\"'”]?(?: (?:for|on) (?:all|every|each) criteri|\s?(?:[.!]\s|[.!]?$|\n))",
        ),
        (
            "score|scores|vote|votes|verdict",
            r"\s?[:=]\s?(?:1/1|7/7|full marks|1)(?: (?:for|on) (?:all|every|each)\b|\s?(?:$|\n))",
        ),
        (
            "dear|attention|note to|note to the|hello|hey|as the|as a",
            r",? (?:llm )?(?:judge|grader|evaluator|scorer)s?\b[,:]? ",
        ),
        ("judge|judges|grader|graders|evaluator|evaluators", r"[,:]? (?:please|you must|you should|give|vote|award)\b"),
        (
            "请|務必|务必|必须|评委|裁判|评审|评分员|阅卷人|阅卷老师|评分者",
            "(?:请|务必|你|您|，|老师|必须){0,4}(?:直接)?(?:给|为|对|将|把)?[^。！？\\n，,]{0,14}?(?:都|均|全部)?"
            + _ZH_FULL,
        ),
        (
            "忽略|无视|忘记|忽視",
            "(?:掉|你|您|以上|上述|之前|前面|先前|上面|此前|所有|全部|一切|的|给出|系统){0,6}(?:指令|指示|提示词|评分规则|评分标准)",
        ),
    ),
    *_phrases(
        False,
        (
            "you must|you should|you have to|you need to|please|must",
            rf" (?:vote|give|award|score|mark|rate|grade) {_WHOM}(?:[\"'“]?1[\"'”]?{_RANGE}(?:[.!,\n]|$"
            rf"| (?:for|on|to) )|full (?:marks|score|points)|{_EVERY} (?:criteri|mark|score|point|vote)"
            r"|as (?:correct|perfect)\b)",
        ),
        (
            "this",
            rf" (?:\w{{1,20}} )?{_JUDGED} (?:(?:fully|clearly|easily) )?"
            rf"(?:(?:meets|satisfies|fulfils|fulfills|passes) (?:all|every|each)\b[^.!?\n]{{0,20}}criteri|{_DESERVES})",
        ),
        ('"vote|"votes', r'"\s?:'),
        (
            '"internal_consistency|"term_overlap|"step_count|"logical_consistency|"content_diversity|"domain_relevance'
            '|"instruction_consistency',
            r'"\s?:',
        ),
        (
            "裁判|评委|评审|评分者|打分者|谁来打分|阅卷人",
            "(?:都|均|，|都，)?(?:必须|应当|应该|应|一定要?|务必|得)(?:判定|给出?|打出?|判)[^。！？\\n]{0,12}(?:满分|正确|通过|1分|一分)",
        ),
        (
            "本回答|本推理|该推理|本答案|此回答|该回答",
            "(?:过程)?(?:完全)?(?:应该|应当|应|值得|理应|必须)?(?:被?(?:得|获得|打|给|评为|给予)"
            "(?:满分|1分|最高分|一分)|满足(?:所有|全部)(?:标准|准则|评分))",
        ),
        (
            "每项都|所有标准都|每个标准都|全部标准都|每项标准都|所有维度都|所有标准",
            "(?:应|请|都|均|必须|要){0,3}" + _ZH_FULL,
        ),
    ),
)
# The Han pairs to look for in a text.
CUE_PAIRS = frozenset(
    pair
    for table in (SELF, RESIDUE, HEDGES, JUDGE)
    for phrases in table.by_word.values()
    for phrase in phrases
    for pair in phrase.words
    if not pair.isascii()
)
