"""The turns of phrase of the template that merges a log, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curate.records import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a person says on the way through the aspects.

    first, between, last: how a passage opens, with its aspect; plain: how, where the aspect has no name; verdicts: how
    it ends, by the kind of verdict, nothing wrong and something wrong; outweighed, not_enough: how aspects that differ
    are weighed, where the verdict is a violation and where it is none; gap: between sentences; stops: what ends one.
    """

    beginning: Sequence[str]
    first: Sequence[str]
    between: Sequence[str]
    last: Sequence[str]
    plain: Sequence[str]
    verdicts: Mapping[str, tuple[Sequence[str], Sequence[str]]]
    outweighed: Sequence[str]
    not_enough: Sequence[str]
    all_found: Sequence[str]
    all_clear: Sequence[str]
    counted: str
    end: Sequence[str]
    answer: Sequence[str]
    gap: str
    comma: str
    conjunction: str
    stops: tuple[str, ...]

    def listed(self, aspects: Sequence[str]) -> str:
        """A list as it is spoken."""
        names = list(dict.fromkeys(aspects))
        return self.conjunction.join(filter(None, (self.comma.join(names[:-1]), names[-1])))


_EN = Phrases(
    beginning=(
        "I have to decide whether the service agent's conduct violates the guideline. I will go through the dialogue"
        " aspect by aspect and weigh them at the end.",
        "The question is whether the service agent violated the guideline. Let me look at one aspect after the other"
        " before I decide.",
        "I need to find out whether anything that the service agent says or does goes against the guideline, so I read"
        " the dialogue beside the rules.",
    ),
    first=(
        "I begin with {aspect}.",
        "First, I look at {aspect}.",
        "Let me start with {aspect}.",
    ),
    between=(
        "Next comes {aspect}.",
        "Then I turn to {aspect}.",
        "As for {aspect}, I read the same lines again.",
        "Now for {aspect}.",
    ),
    last=(
        "Last, I look at {aspect}.",
        "That leaves {aspect}.",
        "Finally, I consider {aspect}.",
    ),
    plain=(
        "Let me take the next point.",
        "I go on to another point.",
        "There is one more thing that I look at.",
    ),
    verdicts={
        "warning": (
            (
                "So I see no need for a warning here.",
                "On this point no warning is needed, I think.",
                "I therefore raise no warning on this point.",
                "Nothing in this calls for a warning, as I see it.",
            ),
            (
                "So I think that a warning is due here.",
                "For me this calls for a warning.",
                "I therefore raise a warning on this point.",
                "That is enough for me to raise a warning.",
            ),
        ),
        "violation": (
            (
                "So I see no violation here.",
                "On this point I find no violation.",
                "I therefore find no violation in this respect.",
            ),
            (
                "So I see a violation here.",
                "For me this is a violation.",
                "I therefore count this as a violation.",
            ),
        ),
    },
    outweighed=(
        "Taken together, what I found on {found} weighs heavily, and that I found nothing on {clear} does not undo it.",
        "I now weigh these aspects: my concern lies with {found}; I have none about {clear}.",
        "Putting this side by side, what decides it for me is {found}; nothing that I saw on {clear} makes up for it.",
    ),
    not_enough=(
        "Taken together, what I noted on {found} deserves attention, but it does not show that the agent acted wrongly;"
        " on {clear} I found nothing.",
        "I now weigh these aspects: I keep {found} in mind, yet what decides it for me is {clear}.",
    ),
    all_found=(
        "Taken together, each of these aspects speaks against the conduct.",
        "Wherever I looked, I found something that speaks against the conduct.",
    ),
    all_clear=(
        "Taken together, none of these aspects speaks against the conduct.",
        "Wherever I looked, I found nothing that speaks against the conduct.",
    ),
    counted="Taken together, aspects that speak against the conduct: {found}; aspects that do not: {clear}.",
    end=(
        "So my verdict is: {final}.",
        "My final verdict is therefore: {final}.",
    ),
    answer=("The verdict is: {final}.", "My verdict: {final}."),
    gap=" ",
    comma=", ",
    conjunction=" and ",
    stops=(".", "!", "?", "”", '"', ")"),
)

_ZH = Phrases(
    beginning=(
        "我需要对照服务规范，判断客服在这段对话中的言行是否违规。我先逐个方面来看，最后再一并权衡。",
        "要判断的是客服的言行是否违规。我不急着下结论，先把对话和规范放在一起，一个方面一个方面地看。",
        "题目问客服有没有违反服务规范。我从几个方面分别检查，再综合起来判断。",
    ),
    first=("首先看{aspect}。", "我先从{aspect}入手。", "第一个要看的是{aspect}。"),
    between=("接着看{aspect}。", "再来看{aspect}。", "至于{aspect}，我也核对了对话原文。", "然后是{aspect}。"),
    last=("最后看{aspect}。", "还剩下{aspect}。", "最后，我再看{aspect}。"),
    plain=("我来看一个方面。", "我再换一个角度看。", "还有一点我也要看一看。"),
    verdicts={
        "warning": (
            (
                "所以这一方面我认为不需要预警。",
                "因此在这一点上，我看无需预警。",
                "就这一方面而言，没有预警的必要。",
            ),
            (
                "所以这一方面我认为需要预警。",
                "因此在这一点上，我看应当预警。",
                "就这一方面而言，我给出预警。",
                "看到这里，我觉得有必要预警。",
            ),
        ),
        "violation": (
            ("所以这一方面我没有发现违规。", "因此在这一点上，我看不违规。", "就这一方面而言，不构成违规。"),
            ("所以这一方面我认为违规。", "因此在这一点上，我看是违规的。", "就这一方面而言，已经构成违规。"),
        ),
    },
    outweighed=(
        "综合起来看，有问题的是{found}，而{clear}并没有问题。",
        "把这些方面放在一起权衡：让我不放心的是{found}，{clear}则没有什么可指摘的。",
        "权衡下来，关键在于{found}；{clear}不影响判断。",
    ),
    not_enough=(
        "综合起来看，{found}值得留意，但还不足以说明客服言行不当；{clear}则没有问题。",
        "权衡下来，我会留意{found}，但真正起决定作用的是{clear}。",
    ),
    all_found=("综合起来看，我检查的这些方面都有问题。", "权衡下来，我看过的各个方面都有问题。"),
    all_clear=("综合起来看，我检查的这些方面都没有问题。", "权衡下来，我看过的各个方面都没有问题。"),
    counted="综合起来看，有问题的方面有{found}个，没有问题的有{clear}个。",
    end=("所以我的结论是：{final}。", "因此，最终结论为：{final}。"),
    answer=("结论：{final}。", "所以结论是：{final}。"),
    gap="",
    comma="、",
    conjunction="和",
    stops=("。", "！", "？", "”", "」", "）", "；", "…"),
)

PHRASES: Mapping[Language, Phrases] = {"en": _EN, "zh": _ZH}
