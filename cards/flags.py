"""What the known defects of questions mean in Chinese, for Chinese cards: what a source states -> the same in Chinese.

FLAGS_ZH["no label is given"]  ->  "没有给出标签"

The key is the meaning itself, not the flag: one flag means different things in different sources, a user's own keeps
its own words, and a meaning that is written anew is not shown with an old translation. A test holds the keys to the
sources, which the package itself must not import.
"""

from collections.abc import Mapping

FLAGS_ZH: Mapping[str, str] = {
    # of any source
    "it refers to a figure, table or material, and comes without any context": "题目提到图、表或材料，却没有附任何材料",
    "it holds what looks like a person's phone number, identity or card number, e-mail or address": (
        "含有疑似个人信息：电话号码、证件号、银行卡号、电子邮箱或地址"
    ),
    "an earlier record of the source has the same id; this one's got a suffix, ~2, ~3 ...": (
        "该来源前面已有编号相同的记录，这一条的编号加了后缀 ~2、~3 等"
    ),
    # of several: a gold is missing or cannot be used
    "no answer is given": "没有给出答案",
    "no gold answer is given": "没有给出标准答案",
    "no label is given": "没有给出标签",
    "the answer names a letter that is not among the options": "答案的字母不在选项之列",
    "the gold cannot be read as an answer of its kind": "标准答案无法按其答案类型读取",
    # of several: two golds compared
    "the two golds contradict each other, beyond percent, rounding and cutting off": (
        "两个标准答案互相矛盾，且不能用百分号、四舍五入或截断来解释"
    ),
    "the two golds contradict each other, beyond percent, rounding and cutting off (some 80 of 1,147)": (
        "两个标准答案互相矛盾，且不能用百分号、四舍五入或截断来解释（1,147 道中约 80 道）"
    ),
    "the two golds differ by their sign alone": "两个标准答案只有正负号不同",
    "the two golds differ by their sign alone (9 of 1,147)": "两个标准答案只有正负号不同（1,147 道中有 9 道）",
    "the two golds differ by a hundred, a thousand, a million or a billion times alone": (
        "两个标准答案只差一个倍数：百、千、百万或十亿"
    ),
    "the written gold is the computed one cut off, not rounded, at its last digit": (
        "书面的标准答案是把计算结果在末位截断所得，并非四舍五入"
    ),
    "the written gold is the computed one cut off, not rounded, at its last digit (21 of 1,147)": (
        "书面的标准答案是把计算结果在末位截断所得，并非四舍五入（1,147 道中有 21 道）"
    ),
    "the written gold is empty; the computed one stands alone": "书面的标准答案为空，只有计算结果可用",
    "the written gold is empty; the computed one stands alone (14 of 1,147)": (
        "书面的标准答案为空，只有计算结果可用（1,147 道中有 14 道）"
    ),
    "the two golds cannot be compared for sure (prose, several numbers, nearly equal)": (
        "两个标准答案无法可靠比较（是文字叙述、有多个数值，或几乎相等）"
    ),
    # finqa, convfinqa
    "table cells whose lost escapes were put back from table_ori": "表格单元格中丢失的转义字符已按 table_ori 还原",
    "table cells whose lost escapes were put back from table_ori (51 of 434 documents)": (
        "表格单元格中丢失的转义字符已按 table_ori 还原（434 份文档中有 51 份）"
    ),
    "words whose lost escapes can be nothing else (2019s, 201c, 201d) were put back": (
        "文字中丢失的转义字符已还原，只限不可能有别解的（2019s、201c、201d）"
    ),
    "words whose lost escapes can be nothing else (2019s, 201c, 201d) were put back (776 of 1,147)": (
        "文字中丢失的转义字符已还原，只限不可能有别解的（2019s、201c、201d）（1,147 道中有 776 道）"
    ),
    "a cell reads 2013, 2014, 2212 ... and no aligned table_ori tells whether it is a year": (
        "有单元格为 2013、2014、2212 等，又没有能对齐的 table_ori 可以判断它是不是年份"
    ),
    "no gold is given: the published test files have none": "没有给出标准答案：公开的测试文件不含答案",
    "a person's answer is left out: its question has another result than the turn": (
        "人工答案未采用：它所回答的原题与这一轮对话的计算结果不同"
    ),
    "the person's answer to the turn is empty; the executed one stands alone": (
        "这一轮的人工答案为空，只有计算式的执行结果可用"
    ),
    # cflue
    "two options have the same text (1 of 3,864)": "有两个选项的文字相同（3,864 道中有 1 道）",
    "a 多项选择题 whose answer is a single letter (118 of 3,864)": (
        "题型为多项选择题，答案却只有一个字母（3,864 道中有 118 道）"
    ),
    "an option has no text": "有选项没有文字",
    "the gold is none of the labels that the prompt offers (5 of 125 samples, all of ESG情感分类)": (
        "标准答案不在提示给出的标签之列（125 条样例中有 5 条，都属于 ESG情感分类）"
    ),
    "the text is what an empty input form shows (1 of 125 samples)": (
        "正文是空白输入框里的提示语（125 条样例中有 1 条）"
    ),
    # compliance
    "the label is neither a violation nor its denial; `finds` and `clears` can name what true is": (
        "标签既不表示违规，也不表示不违规；true 指哪一种，可用 `finds` 和 `clears` 写明"
    ),
    "no steps, or no final verdict": "日志没有步骤，或没有最终结论",
    "a verdict of the log cannot be read; `finds` and `clears` can name its words": (
        "日志中有结论无法读取；它的用词可用 `finds` 和 `clears` 写明"
    ),
    "the log's final verdict is not the label": "日志的最终结论与标签不同",
    "every agent says one thing, the final verdict the other": "各智能体结论一致，最终结论却与之相反",
    # fin_eva
    "no answer is given (6,101 of Ant's 8,444 records, all of SUFE's test)": (
        "没有给出答案（蚂蚁部分 8,444 条中有 6,101 条，上财部分的测试集全部没有）"
    ),
    "two options have the same text (21 of Ant's 8,444 records, 5 of the answered)": (
        "有两个选项的文字相同（蚂蚁部分 8,444 条中有 21 条，其中有答案的 5 条）"
    ),
    # finance_instruct
    "the assistant says nothing": "助手没有回复",
    "a text goes on with another speaker: User:, Assistant:, Human:": (
        "一段文本中接着出现了另一个说话人：User:、Assistant:、Human:"
    ),
    "a chat template's marks stand in a text: <|im_end|>, [INST], </s>": (
        "文本中残留对话模板的标记：<|im_end|>、[INST]、</s>"
    ),
    "a code fence is opened and not closed, or the answer is JSON that breaks off": (
        "代码块只有开头没有结尾，或答案是中途断掉的 JSON"
    ),
    "characters were decoded wrongly: \\ufffd, â€™": "文本因解码错误而出现乱码：\\ufffd、â€™",
    # financeiq
    "two options have the same text (2 of 7,173)": "有两个选项的文字相同（7,173 道中有 2 道）",
    # financeqt
    "the answer holds no Python code": "答案中没有 Python 代码",
    "a block of its code is no Python 3": "有代码块不符合 Python 3 语法",
    # fincorpus
    "no answer is given, or it cannot be told which of several questions it answers": (
        "没有给出答案，或无法判断答案属于几道小题中的哪一道"
    ),
    "the answer is none of the options, or a letter without options": "答案不在选项之列，或没有选项而答案是字母",
    "two options have the same text": "有两个选项的文字相同",
    "a case with several questions in one text; its answers cannot be told apart": (
        "一段文字中含有几道小题的案例题，各小题的答案无法分开"
    ),
    # fincuge
    "a record of a problem_list, which has no answers": "problem_list 中的记录，本来就没有答案",
    "a label is none of its task's set, and rules cannot decide by it": (
        "有标签不在该任务的标签集之内，规则无法据此判断对错"
    ),
    "a typo, labels run together, or a word of another kind (41 of finnl's 7,955)": (
        "标签写错、几个标签连写，或用了别类的词（finnl 的 7,955 条中有 41 条）"
    ),
    "the answer is to be copied and does not stand in the text (35 of finqa's eval list, 3 of finese's 16,033, 113 of"
    " finnsp's 4,483)": (
        "答案应照抄原文，原文中却没有（finqa 的 eval_list 中有 35 条，finese 的 16,033 条中有 3 条，"
        "finnsp 的 4,483 条中有 113 条）"
    ),
    "the event asked for is 其他, whose subject is 无 but once (2,817 of finese's 16,033)": (
        "所问的事件是“其他”，其主体除一条外都是“无”（finese 的 16,033 条中有 2,817 条）"
    ),
    "the text is a web form's (您至少需输入5个字), not the news (51 of finqa's eval list)": (
        "正文是网页输入框的提示语（您至少需输入5个字），而不是新闻（finqa 的 eval_list 中有 51 条）"
    ),
    "numbers of the text were replaced by <N> (7,957 of finre's 14,975); they are kept so": (
        "原文的数字在语料中已被替换为 <N>，这里保持原样（finre 的 14,975 条中有 7,957 条）"
    ),
    "spaces that stood as \\xa0, \\u3000 were put back (210 of finne's 4,499)": (
        "写成 \\xa0、\\u3000 的空格已还原（finne 的 4,499 条中有 210 条）"
    ),
    "HTML stands in the text (73 of finese and finnsp, 22 of finre)": (
        "正文中夹杂 HTML 标记（finese 和 finnsp 共 73 条，finre 有 22 条）"
    ),
    # finpee
    "the answer cannot be read as a number: prose, or several parts": "答案无法读成一个数：是文字叙述，或分为几部分",
    "signs of bad character recognition: stray characters, broken formulas, a picture in its place": (
        "有文字识别（OCR）出错的迹象：多余的字符、残缺的公式，或本该是文字处成了图片"
    ),
    # tfns
    "the label is none of 0, 1, 2": "标签不是 0、1、2 之一",
    "the text holds a link that leads nowhere by itself (4,470 of 9,543; 1,142 of 2,388)": (
        "文中带有一个本身不提供信息的链接（9,543 条中有 4,470 条，2,388 条中有 1,142 条）"
    ),
    # traces
    "the record holds neither reasoning nor answer": "记录中既没有推理，也没有回答",
}
