"""Records of seeded words by Zipf's law, and pairs planted among them, for the bench of the screen for duplicates."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from curate.records import Language, Question
from curate.screen.shingles import LENGTH, TURNING
from curate.screen.words import signed

THRESHOLD = 0.8

Words = list[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that were planted, by their numbers; alike: the least Jaccard similarity of their parts."""

    plant: str
    one: int
    other: int
    alike: float

    @property
    def wanted(self) -> bool:
        return self.alike >= THRESHOLD and not self.plant.startswith("another")


class Tongue:
    """Words of one language, drawn by Zipf's law."""

    def __init__(self, language: Language, draw: random.Random) -> None:
        self.name, self._draw = language, draw
        self._words = _english(draw, 30_000) if language == "en" else _chinese(draw, 20_000)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._words))))

    def words(self, count: int) -> Words:
        return self._draw.choices(self._words, cum_weights=self._weights, k=count)

    def join(self, words: Iterable[str]) -> str:
        return (" " if self.name == "en" else "").join(words)

    def text(self, size: int) -> str:
        text = ""
        while len(text.encode()) < size:
            text += self._sentence()
        return text

    def _sentence(self) -> str:
        words = self.words(self._draw.randint(12, 24))
        if self._draw.random() < 0.4:
            words.insert(self._draw.randrange(len(words)), f"{self._draw.uniform(1, 5000):,.1f}")
        return self.join(words) + (". " if self.name == "en" else "。")


def _english(draw: random.Random, count: int) -> Words:
    syllables = [a + b + c for a in "bcdfglmnprst" for b in "aeiou" for c in ("", "n", "r", "st")]
    made = ("".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(count))
    return [word for word in dict.fromkeys(made) if word not in TURNING]


def _chinese(draw: random.Random, count: int) -> Words:
    signs = [sign for code in draw.sample(range(0x4E00, 0x9FA5), 3_000) if (sign := chr(code)) not in TURNING]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(signs))))
    lengths = draw.choices((1, 2, 3, 4), (20, 60, 12, 8), k=count)
    return list(dict.fromkeys("".join(draw.choices(signs, cum_weights=weights, k=length)) for length in lengths))


def record(words: Tongue, draw: random.Random, number: int, size: int) -> Question:
    """Every second one has options, every third a year in its question."""
    options = {letter: words.join(words.words(draw.randint(2, 6))) for letter in "ABCD"} if number % 2 else {}
    year = f" {draw.randint(1990, 2025)}" if number % 3 == 0 else ""
    asked = words.join(words.words(draw.randint(8, 20))) + year + "?"
    left = size - sum(len(text.encode()) for text in (asked, *options.values()))
    return Question(
        id=f"bench:{number}",
        source="bench",
        source_id=str(number),
        group=str(number),
        language=words.name,
        task="",
        question=asked,
        answer_kind="choice" if options else "number",
        gold=draw.choice("ABCD") if options else f"{draw.uniform(1, 999):.2f}",
        licence="CC0-1.0",
        context=words.text(left) if left > 0 else "",
        options=options,
    )


def small(count: int) -> Iterator[Question]:
    """Records of a question alone, of about 100 characters."""
    draw = random.Random(17)
    tongues = [Tongue("en", draw), Tongue("zh", draw)]
    for number in range(count):
        words = tongues[number % 2]
        asked = words.join(words.words(13 if words.name == "en" else 45))
        yield replace(record(words, draw, 2, 0), id=str(number), question=asked)


def texts(question: Question) -> tuple[str, ...]:
    return question.question, *question.options.values(), question.context


def shingled(question: Question) -> tuple[set[str], set[str], set[str]]:
    """The shingles of question, options and context as strings, made apart from the product's own code."""
    asked, *options, context = (grams(signed(text).split(), LENGTH[question.language]) for text in texts(question))
    return set(asked), set(chain.from_iterable(options)), set(context)


def grams(words: Words, length: int) -> Iterator[str]:
    """Of so many words, with empty ones before and behind."""
    edge = [""] * (length - 1 if words else 0)
    padded = [*edge, *words, *edge]
    return (" ".join(padded[start : start + length]) for start in range(len(padded) - len(edge)))


def alike(one: Question, other: Question) -> float:
    pairs = zip(shingled(one), shingled(other), strict=True)
    return min(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs)


# The plants: what is made of a question. Edits fall on the context.


def edited(question: Question, words: Tongue, draw: random.Random, share: float) -> Question:
    """So many of the words replaced, at least one."""
    pieces = question.context.split(" ") if words.name == "en" else list(question.context)
    places = [place for place, piece in enumerate(pieces) if piece.isalpha()]
    for place in draw.sample(places, max(1, round(share * len(pieces)))):
        pieces[place] = words.words(1)[0] if words.name == "en" else words.words(1)[0][0]
    return replace(question, context=words.join(pieces))


def to_jaccard(target: float) -> "Plant":
    """Edited until the similarity is the target, or up to 0.02 more."""

    def plant(question: Question, words: Tongue, draw: random.Random) -> Question:
        low, high, copy = 0.0, 0.4, question
        for _ in range(8):
            middle = (low + high) / 2
            copy = edited(question, words, draw, middle)
            found = alike(question, copy)
            if target <= found < target + 0.02:
                break
            low, high = (middle, high) if found >= target else (low, middle)
        return copy

    return plant


def swapped(question: Question, words: Tongue, draw: random.Random) -> Question:
    end = ". " if words.name == "en" else "。"
    parts = question.context.split(end)
    one, other = draw.sample(range(len(parts) - 1), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return replace(question, context=end.join(parts))


def shuffled(question: Question, words: Tongue, draw: random.Random) -> Question:
    letters = list(question.options)
    moved = dict(zip(letters, draw.sample(letters, len(letters)), strict=True))
    gold = next((new for new, old in moved.items() if old == question.gold), question.gold)
    return replace(question, options={new: question.options[old] for new, old in moved.items()}, gold=gold)


def punctuated(question: Question, words: Tongue, draw: random.Random) -> Question:
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(ord("A"), ord("z"))} | {"。": "；"})
    context = question.context.replace(". ", "; ").translate(wide)
    return replace(question, question=question.question.upper(), context=context)


def another_number(question: Question, words: Tongue, draw: random.Random) -> Question:
    return replace(question, question=question.question + f" ({draw.randint(1900, 1989)})")


def another_gold(question: Question, words: Tongue, draw: random.Random) -> Question:
    copy = edited(question, words, draw, 0.02)
    return replace(copy, gold="BCDA"["ABCD".index(copy.gold or "A")] if copy.options else f"1{copy.gold}7")


Plant = Callable[[Question, Tongue, random.Random], Question]
PLANTS: dict[str, Plant] = {
    "Jaccard 0.70": to_jaccard(0.70),
    "Jaccard 0.78": to_jaccard(0.78),
    "Jaccard 0.80": to_jaccard(0.80),
    "Jaccard 0.90": to_jaccard(0.90),
    "2 % of words": lambda question, words, draw: edited(question, words, draw, 0.02),
    "5 % of words": lambda question, words, draw: edited(question, words, draw, 0.05),
    "sentences swapped": swapped,
    "options shuffled": shuffled,
    "case, width, marks": punctuated,
    "another number": another_number,
    "another gold": another_gold,
}


def planted(count: int, each: int, size: int = 1500) -> tuple[list[Question], list[Pair]]:
    """Records in a drawn order, and the pairs among them: so many of each plant."""
    draw = random.Random(17)
    tongues = [Tongue("en", draw), Tongue("zh", draw)]
    made = [record(tongues[number % 2], draw, number // 2, size) for number in range(count - each * len(PLANTS))]
    pairs = []
    for step, (plant, make) in enumerate(PLANTS.items()):
        for number in range(step * each, step * each + each):
            copy = make(made[number], tongues[number % 2], draw)
            pairs.append(Pair(plant, number, len(made), alike(made[number], copy)))
            made.append(copy)
    places = draw.sample(range(len(made)), len(made))
    ordered = [question for _, question in sorted(zip(places, made, strict=True), key=lambda pair: pair[0])]
    return ordered, [replace(pair, one=places[pair.one], other=places[pair.other]) for pair in pairs]
