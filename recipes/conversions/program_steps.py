"""Teacher `program`: a gold program written out as the derivation that a person would give. No model is asked.

    write(question with "divide(2577, 15121)")  ->  Trace:
        1. From the table, row "current", column "2010": 2577.
        2. From the table, row "total": 15121.
        3. Divide 2577 by 15121: 2577 / 15121 ≈ 0.17042524.
        4. As a percentage: 0.17042524 = 17.042524%.
        5. Rounded: 17.042524% ≈ 17%.
        6. Therefore, the answer is 17%.

After FinReason, which wrapped FinQA's programs as reasoning; here every number is tied to the cell or sentence that
FinQA's `gold_inds` names, and the steps are sentences. English and Chinese.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from curate.records import Question, Trace
from recipes.conversions.evidence import Evidence, Place, around, one_line, table_of
from recipes.conversions.finqa_program import TABLE_OPERATIONS, VALUE, ProgramError, Step, run
from recipes.conversions.numerals import Form, asks_percent, in_form, is_exact, written

MODEL = "program"

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "cell": "From the table, row “{row}”, column “{column}”: {number}.",
        "row": "From the table, row “{row}”: {number}.",
        "sentence": "From the text, “{quote}”: {number}.",
        "question": "The question gives {number}.",
        "given": "Take {number}.",
        "read": "Read the row “{row}” of the table: {numbers}.",
        "add": "Add {a} and {b}: {a} + {in_brackets} {eq} {r}.",
        "subtract": "Subtract {b} from {a}: {a} - {in_brackets} {eq} {r}.",
        "multiply": "Multiply {a} by {b}: {a} × {in_brackets} {eq} {r}.",
        "multiply_scale": "Multiply {a} by {b} to change its unit: {a} × {in_brackets} {eq} {r}.",
        "divide": "Divide {a} by {b}: {a} / {in_brackets} {eq} {r}.",
        "divide_scale": "Divide {a} by {b} to change its unit: {a} / {in_brackets} {eq} {r}.",
        "exp": "Raise {a} to the power of {b}: {a} ^ {in_brackets} {eq} {r}.",
        "greater_yes": "Compare the two: {a} is greater than {b}.",
        "greater_no": "Compare the two: {a} is not greater than {b}.",
        "table_max": "The largest of them is {r}.",
        "table_min": "The smallest of them is {r}.",
        "table_sum": "Their sum is {sum} {eq} {r}.",
        "table_average": "Their average is ({sum}) / {n} {eq} {r}.",
        "asked": "We are asked: {question}",
        "percent": "As a percentage: {r} {eq} {p}%.",
        "hundredfold": "In percent: {r} × 100 {eq} {p}.",
        "rounded": "Rounded: {p} ≈ {answer}.",
        "final": "Therefore, the answer is {answer}.",
        "answer": "The answer is \\boxed{{{answer}}}.",
        "and": " and ",
        "comma": ", ",
    },
    "zh": {
        "cell": "由表格“{row}”一行、“{column}”一列得：{number}。",
        "row": "由表格“{row}”一行得：{number}。",
        "sentence": "由原文“{quote}”得：{number}。",
        "question": "题目给出：{number}。",
        "given": "取 {number}。",
        "read": "读取表格“{row}”一行：{numbers}。",
        "add": "将 {a} 与 {b} 相加：{a} + {in_brackets} {eq} {r}。",
        "subtract": "用 {a} 减去 {b}：{a} - {in_brackets} {eq} {r}。",
        "multiply": "将 {a} 乘以 {b}：{a} × {in_brackets} {eq} {r}。",
        "multiply_scale": "换算单位，将 {a} 乘以 {b}：{a} × {in_brackets} {eq} {r}。",
        "divide": "用 {a} 除以 {b}：{a} / {in_brackets} {eq} {r}。",
        "divide_scale": "换算单位，用 {a} 除以 {b}：{a} / {in_brackets} {eq} {r}。",
        "exp": "求 {a} 的 {b} 次方：{a} ^ {in_brackets} {eq} {r}。",
        "greater_yes": "比较两者：{a} 大于 {b}。",
        "greater_no": "比较两者：{a} 不大于 {b}。",
        "table_max": "其中最大的是 {r}。",
        "table_min": "其中最小的是 {r}。",
        "table_sum": "合计为 {sum} {eq} {r}。",
        "table_average": "平均值为 ({sum}) / {n} {eq} {r}。",
        "asked": "题目：{question}",
        "percent": "换算为百分数：{r} {eq} {p}%。",
        "hundredfold": "换算为百分数：{r} × 100 {eq} {p}。",
        "rounded": "四舍五入：{p} ≈ {answer}。",
        "final": "因此，答案为：{answer}。",
        "answer": "答案为：\\boxed{{{answer}}}。",
        "and": "、",
        "comma": "、",
    },
}
_SCALES = ("const_1000", "const_1000000", "const_1000000000")
_HERE = "\0"  # stands for the number until all numbers of one origin are known


def write(question: Question) -> Trace | str:
    """The derivation of a question's gold program; a key of judges.REASONS where there is none to write."""
    program = question.meta.get("program")
    if not isinstance(program, str) or not program.strip():
        return "no_program"
    table = question.meta.get("table") or table_of(question.context)
    try:
        steps = run(program, table)
    except ProgramError:
        return "program_error"
    words = _WORDS[question.language]
    form = final(question, steps[-1].result)
    answer = form if isinstance(form, str) else form.text
    lines = [
        *_derive(steps, Evidence.of(question, table), words),
        *([] if isinstance(form, str) else _to_form(steps[-1].result, form, words)),
        words["final"].format(answer=answer),
    ]
    opening = words["asked"].format(question=one_line(question.question))
    return Trace(
        question_id=question.id,
        reasoning="\n".join([opening, *(f"{number}. {line}" for number, line in enumerate(lines, 1))]),
        answer=words["answer"].format(answer=answer.replace("%", "\\%").replace("$", "\\$")),
        final=answer,
        outcome="ok",
        origin="program",
        model=MODEL,
    )


def final(question: Question, result: Fraction | bool) -> Form | str:
    """The program's result in the gold's own form; a plain number where there is no gold to go by; yes or no."""
    if isinstance(result, bool):
        yes, no = ("是", "否") if question.language == "zh" else ("yes", "no")
        return yes if result else no
    return in_form(question.gold or "", result, percent=asks_percent(question.question))


def _derive(steps: Sequence[Step], evidence: Evidence, words: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    told: set[str] = set()
    for step in steps:
        if step.operation in TABLE_OPERATIONS:
            if step.arguments[0] not in told:
                told.add(step.arguments[0])
                lines.append(
                    words["read"].format(row=step.arguments[0], numbers=words["comma"].join(map(written, step.values)))
                )
        else:
            origins: dict[str, list[str]] = {}
            for argument, value in zip(step.arguments, step.values, strict=True):
                if not argument.startswith(("#", "const_")) and argument not in told:
                    told.add(argument)
                    origins.setdefault(_origin(argument, evidence.place(value), words), []).append(argument)
            lines += [origin.replace(_HERE, _listed(numbers, words)) for origin, numbers in origins.items()]
        if step.operation != VALUE:
            lines.append(_computation(step, words))
    return lines


def _listed(numbers: Iterable[str], words: Mapping[str, str]) -> str:
    texts = list(numbers)
    return words["and" if len(texts) == 2 else "comma"].join(texts)


def _to_form(result: Fraction | bool, form: Form, words: Mapping[str, str]) -> list[str]:
    """The steps from the exact result to the written answer: into percent, and rounded."""
    lines, value = [], Fraction(result)
    sign = "%" if form.text.endswith("%") else ""
    if form.factor == 100:
        equal = "=" if Fraction(written(value)) * 100 == Fraction(written(value * 100)) else "≈"
        key = "percent" if sign else "hundredfold"
        lines.append(words[key].format(r=written(value), p=written(value * 100), eq=equal))
        value *= 100
    if form.number != value * (form.factor if form.factor < 1 else 1) and written(value) + sign != form.text:
        lines.append(words["rounded"].format(p=written(value) + sign, answer=form.text))
    return lines


def _computation(step: Step, words: Mapping[str, str]) -> str:
    result = step.result
    shown = [written(value) for value in step.values]
    if isinstance(result, bool):
        return words["greater_yes" if result else "greater_no"].format(a=shown[0], b=shown[1])
    exact = all(map(is_exact, (result, *step.values)))
    in_sum = [_in_brackets(text) for text in shown] if len(shown) > 1 else shown
    facts: dict[str, Any] = {
        "r": written(result),
        "eq": "=" if exact else "≈",
        "n": len(shown),
        "sum": " + ".join(in_sum),
    }
    if step.operation in TABLE_OPERATIONS:
        return words[step.operation].format(**facts)
    scaled = step.operation in ("multiply", "divide") and step.arguments[1] in _SCALES
    key = f"{step.operation}_scale" if scaled else step.operation
    return words[key].format(a=shown[0], b=shown[1], in_brackets=_in_brackets(shown[1]), **facts)


def _in_brackets(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def _origin(argument: str, place: Place | None, words: Mapping[str, str]) -> str:
    """Where a number stands, as a sentence with _HERE for the number; nothing is said of one that was not found."""
    if place is None:
        return words["given"].format(number=_HERE)
    quote = around(place.quote, argument)
    return words[place.kind].format(number=_HERE, row=place.row, column=place.column, quote=quote)
