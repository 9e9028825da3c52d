"""The expressions in what stands between two relations, their items in postfix order.

[phrase.postfix for phrase in phrases(list(tokens("Sales of 3 + 4 shares")))]  ->  [[Number(3), Number(4), "+"]]
[phrase.postfix for phrase in phrases(list(tokens("x + 4")))]                  ->  [None]

Operators wait on a stack of their own (Dijkstra's shunting yard): no recursion, so no text is too deep.
"""

from dataclasses import dataclass, field

from judges.reasoning.arithmetic.expression import Item
from judges.reasoning.arithmetic.notes import annotation
from judges.reasoning.arithmetic.numbers import Number
from judges.reasoning.arithmetic.tokens import ROUGHLY, Token
from judges.reasoning.arithmetic.written import OPEN

_PRECEDENCE = {"+": 1, "-": 1, "×": 2, "/": 2, "negative": 3, "^": 4, "√": 5, "ln": 5, "exp": 5}
_MOST_WORDS = 5


@dataclass(slots=True)
class Phrase:
    """A piece of text that reads as one expression: postfix: its items, None where one of them is not known; start,
    end: its place; skipped: words stand between its numbers that were not read; led: words stand before it;
    trailed: words stand behind it; approximate: it is called so, 2 where roughly; final: nothing but words stands
    behind it."""

    postfix: list[Item] | None = field(default_factory=list)
    start: int = -1
    end: int = -1
    operators: int = 0
    skipped: bool = False
    led: bool = False
    trailed: int = 0
    approximate: int = 0
    final: bool = False

    @property
    def numbers(self) -> list[Number]:
        """The numbers it was written with."""
        return [item for item in self.postfix or () if isinstance(item, Number)]

    @property
    def has_variable(self) -> bool:
        """Does a letter behind a number stand for something: "2x + 3", and not "1.5x" alone?"""
        return self.operators > 0 and any(number.kind == "variable" for number in self.numbers)

    @property
    def bare(self) -> Number | None:
        """The number that is all it holds, signed, or None."""
        items = self.postfix
        if not items or not isinstance(items[0], Number) or items.count("negative") != len(items) - 1:
            return None
        return items[0] if len(items) % 2 else items[0]._replace(value=-items[0].value)


class _Yard:
    """Phrases as they are read from left to right."""

    def __init__(self) -> None:
        self.done: list[Phrase] = []
        self._fresh()

    def _fresh(self, *, known: bool = True, skipped: bool = False) -> None:
        self.now = Phrase(skipped=skipped)
        self.waiting: list[str] = []
        self.opened: list[tuple[int, int, bool, int, int]] = []
        self.wanted, self.known, self.words, self.tainted = True, known, 0, False
        self.last: Token | None = None

    def close(self, *, known: bool = True, skipped: bool = False) -> None:
        """End the phrase; what follows begins anew, after something unknown where `known` is false."""
        now = self.now
        if now.start >= 0:
            if self.opened:  # "(5 - 3 = 2)": what stands behind the last open bracket
                at, start, _, operators, depth = self.opened[-1]
                now.postfix, now.start, self.waiting = (now.postfix or [])[at:], start, self.waiting[depth:]
                now.operators -= operators
                now.led = True
            if self.wanted or self.tainted or not now.postfix or now.has_variable:
                now.postfix = None
            else:
                now.postfix += reversed(self.waiting)
                now.trailed = self.words
            self.done.append(now)
        else:
            known = known and self.known
        self._fresh(known=known, skipped=skipped)

    def operand(self, token: Token, item: Number | None) -> None:
        if not self.wanted:
            self.close(skipped=self.now.operators > 0 or bool(self.opened))
        now = self.now
        if now.start < 0:
            now.start, now.led = token.start, self.words > 0 or not self.known
        elif self.words:
            now.skipped = True
            if now.postfix == [] and not self.waiting:
                now.led = True
        if item is None:
            self.tainted = True
        elif now.postfix is not None:
            now.postfix.append(item)
        now.end, self.wanted, self.words, self.known = token.end, False, 0, True
        self.last = token

    def operator(self, token: Token) -> None:
        sign, now = token.text, self.now
        if sign in ("√", "ln", "exp"):
            if not self.wanted:
                self._binary("×")
            self._begin(token)
            self.waiting.append(sign)
        elif self.wanted:
            signed = sign in ("+", "-") and not self.words and self.known
            self._begin(token)
            if not signed:
                self.tainted = True
            elif sign == "-":
                self.waiting.append("negative")
        else:
            if self.words:
                now.skipped = True
            self._binary(sign)
        self.words, self.last = 0, token

    def _begin(self, token: Token) -> None:
        if self.now.start < 0:
            self.now.start, self.now.led = token.start, self.words > 0 or not self.known

    def _binary(self, sign: str) -> None:
        least = _PRECEDENCE[sign] + (sign == "^")
        waiting, postfix = self.waiting, self.now.postfix
        while waiting and waiting[-1] != "(" and _PRECEDENCE[waiting[-1]] >= least:
            moved = waiting.pop()
            if postfix is not None:
                postfix.append(moved)
        waiting.append(sign)
        self.now.operators += 1
        self.wanted = True

    def open(self, token: Token) -> None:
        now = self.now
        if not self.wanted:
            last = self.last
            beside = last is not None and (
                last.end == token.start or last.kind == "close" or (token.text == OPEN and last.kind == "number")
            )
            if beside and not self.words:
                self._binary("×")
                now.skipped = now.skipped or (last is not None and last.kind == "number")
            else:
                self.close(skipped=now.operators > 0)
                now = self.now
        self._begin(token)
        if self.words:
            now.skipped = now.skipped or now.end >= 0
        self.waiting.append("(")
        items = len(now.postfix or ())
        self.opened.append((items, token.end, self.tainted, now.operators, len(self.waiting)))
        self.words, self.last, self.tainted = 0, token, False

    def shut(self, token: Token) -> None:
        if not self.opened:
            self.close(known=False)
            return
        if self.wanted:
            self.tainted, self.wanted = True, False
        postfix = self.now.postfix
        while (moved := self.waiting.pop()) != "(":
            if postfix is not None:
                postfix.append(moved)
        at, _, was_tainted, _, _ = self.opened.pop()
        self.tainted = self.tainted or was_tainted
        if postfix is not None and len(postfix) == at + 1 and isinstance(item := postfix[at], Number):
            postfix[at] = item._replace(bracketed=True)
        if self.words:
            self.now.skipped = True
        self.now.end, self.words, self.last = token.end, 0, token


def phrases(said: list[Token]) -> list[Phrase]:
    """The expressions and bare numbers in what stands between two relations, in order."""
    if (plain := _plain(said)) is not None:
        return [plain]
    yard, index = _Yard(), 0
    while index < len(said):
        token = said[index]
        kind = token.kind
        if kind == "number" and token.number is not None:
            yard.operand(token, token.number)
        elif kind == "operator":
            yard.operator(token)
        elif kind == "open":
            after = None if yard.wanted else annotation(said, index)
            if after is None:
                yard.open(token)
            else:
                yard.words += 1
                index = after
        elif kind == "close":
            yard.shut(token)
        elif kind == "variable":
            yard.operand(token, None)
        elif kind == "percentage" and not yard.wanted and yard.now.postfix is not None:
            yard.now.postfix.append("%")
            yard.now.end = token.end
        elif kind == "about":
            if yard.wanted:
                yard.now.approximate = 2 if token.text in ROUGHLY else 1
            else:
                yard.words += 1
        elif kind == "and":
            yard.close()
        elif kind == "of" and _multiplies(said, index, yard):
            yard.operator(Token("operator", "×", token.start, token.end))
        elif kind == "unit" and not yard.wanted and not yard.words:
            yard.now.end = token.end
        elif kind == "money":
            if not yard.wanted and not yard.words and (yard.last is None or yard.last.end + 2 > token.start):
                yard.now.end = token.end
        else:
            yard.words += 1
            if yard.words > _MOST_WORDS and not yard.wanted:
                yard.close(known=False)
        index += 1
    yard.now.final = True
    yard.close()
    return yard.done


def _plain(said: list[Token]) -> Phrase | None:
    """The phrase of what is read without a stack, as most are: numbers with currencies and units, between them
    operators of one precedence."""
    postfix: list[Item] = []
    operator, level, operators = "", 0, 0
    wanted, start, end = True, -1, -1
    for token in said:
        kind = token.kind
        if kind == "number":
            number = token.number
            if not wanted or number is None or number.kind == "variable":
                return None
            postfix.append(number)
            if operator:
                postfix.append(operator)
            if start < 0:
                start = token.start
            wanted, end = False, token.end
        elif kind == "operator":
            rank = _PRECEDENCE[token.text]
            if wanted or rank > _PRECEDENCE["×"] or (level and rank != level):
                return None
            wanted, operator, level = True, token.text, rank
            operators += 1
        elif kind == "money":
            if not wanted:
                end = token.end
        elif kind == "unit" and not wanted:
            end = token.end
        else:
            return None
    if wanted:
        return None
    return Phrase(postfix, start, end, operators, final=True)


def _multiplies(said: list[Token], index: int, yard: _Yard) -> bool:
    """Is this "of" the one of "10% of 500" and "2/3 of 600", or the 的 of "500的10%"?"""
    if yard.wanted or yard.words or index + 1 == len(said):
        return False
    before, after = said[index - 1], said[index + 1]
    if said[index].text == "的":
        share = after.number
    else:
        share = before.number
        if "/" in yard.waiting[-1:] and share is not None and after.kind in ("money", "number", "open"):
            return True
    return share is not None and share.percent < 0 and after.kind in ("money", "number", "open")
