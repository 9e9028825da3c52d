"""Fin-R1's seven criteria of good reasoning, with the paper's meaning in both languages.

Source: SUFE-AIFLM-Lab/Fin-R1, README (English and Chinese) and arXiv 2503.16252v5, section 3.3 and appendix B.3. The
paper gives one point a criterion and keeps a trace only if all seven are met.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """name: its key in tables; en, zh: what a vote of 1 means."""

    name: str
    en: str
    zh: str


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "internal_consistency",
        "the steps are consistent and lead, one after another, to the answer that is given",
        "推理步骤前后一致，并能逐步推导出所给的答案",
    ),
    Criterion(
        "term_overlap",
        "the reasoning uses the terms of the standard answer",
        "推理过程使用了标准答案中的术语",
    ),
    Criterion(
        "step_count",
        "there are enough reasoning steps, at least three",
        "推理步骤足够，至少三步",
    ),
    Criterion(
        "logical_consistency",
        "the reasoning agrees with the standard answer, without obvious errors or omissions",
        "推理与标准答案在逻辑上一致，没有明显的错误或遗漏",
    ),
    Criterion(
        "content_diversity",
        "the reasoning does not repeat its steps over and over",
        "推理过程没有大量重复的步骤",
    ),
    Criterion(
        "domain_relevance",
        "the reasoning is about the task's financial domain",
        "推理内容与任务的金融领域相关",
    ),
    Criterion(
        "instruction_consistency",
        "the reply does what the task's instruction asks: language, form and place of the final answer",
        "回答符合任务指令：语言、形式以及最终答案的位置",
    ),
)

NAMES: tuple[str, ...] = tuple(criterion.name for criterion in CRITERIA)
