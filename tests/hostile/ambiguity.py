"""Which regular expressions can take more than linear time: a proof on their structure.

A backtracking matcher is slow on a pattern when two loops can share one stretch of text in more
than one way, and what follows can fail. Each pattern becomes a position automaton (Glushkov), a
search gets a loop over any character in front; then we look for two loops p and q and one word w
that leads from p to p, from p to q and from q to q ("infinite degree of ambiguity", Weber and
Seidl 1991): with it the time is at least quadratic, with p = q and two ways it is exponential.
Without it, it is linear. The proof errs on the safe side: it may accuse, it does not acquit.

A repetition with an upper bound is no loop: it costs a constant factor.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

WIDE = (
    "\u00a0\u00e9\u00df\u0130\u0301\u0416\u0663\u2013\u2019\u2028\u200b\u3042\u4e2d"
    "\uac00\ufeff\U0001f600\ud800"
)
SEARCHED = ("search", "sub", "subn", "findall", "finditer", "split")
STARTED = ("match",)
WHOLE = ("fullmatch",)


class NotAnalysableError(Exception):
    """A construct that this proof does not cover."""


@dataclass
class Part:
    """A piece of the pattern: where it can begin, where it can end, whether it can be empty."""

    first: list[int] = field(default_factory=list)
    last: dict[int, bool] = field(default_factory=dict)
    """Each position with which it can end, and whether nothing after it can fail."""
    empty: bool = True
    sure: bool = True
    """Whether, being empty, it cannot fail."""


class Automaton:
    """The positions of a pattern and which can follow which."""

    def __init__(self, pattern: re.Pattern[Any], use: str) -> None:
        """Build it.

        Args:
            pattern: compiled.
            use: the name of the method by which it is used.
        """
        self.bytes = isinstance(pattern.pattern, bytes)
        tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        self.state = tree.state
        self.alphabet = self._alphabet(tree)
        self.takes: list[frozenset[str | bytes]] = []
        self.follow: dict[int, dict[int, int]] = {}
        self.loops: set[tuple[int, int]] = set()
        """Edges of loops without an upper bound."""
        self.giving: set[tuple[int, int]] = set()
        """Those among them that give back what they took: not possessive."""
        self.doubled: set[tuple[int, int]] = set()
        self.inner: list[Part] = []
        self.start: int | None = None
        if use in SEARCHED and not _anchored(tree, pattern.flags):
            self.start = self._position(frozenset(self.alphabet))
        whole = self._sequence(tree, pattern.flags)
        if use in WHOLE:
            whole = Part(whole.first, dict.fromkeys(whole.last, False), whole.empty, sure=False)
        if self.start is not None:
            for to in [self.start, *whole.first]:
                self._edge(self.start, to)
            self.loops.add((self.start, self.start))
            self.giving.add((self.start, self.start))
        self.last = whole.last

    def _alphabet(self, tree: Any) -> list[Any]:
        points = set(range(128)) | ({*range(128, 256)} if self.bytes else set(map(ord, WIDE)))
        limit = 255 if self.bytes else 0x10FFFF
        for value in _literals(tree):
            points |= {point for point in (value - 1, value, value + 1) if 0 <= point <= limit}
        if self.bytes:
            return [bytes([point]) for point in sorted(points)]
        letters = {chr(point) for point in points}
        return sorted(letters | {c for x in letters for c in (x.lower(), x.upper()) if len(c) == 1})

    def _position(self, takes: frozenset[Any]) -> int:
        self.takes.append(takes)
        self.follow[len(self.takes) - 1] = {}
        return len(self.takes) - 1

    def _edge(self, before: int, after: int) -> None:
        self.follow[before][after] = self.follow[before].get(after, 0) + 1

    def _atom(self, item: tuple[Any, Any], flags: int) -> Part:
        one = parser.SubPattern(self.state, [item])
        matcher = compiler.compile(one, flags & ~re.DEBUG)
        position = self._position(frozenset(c for c in self.alphabet if matcher.match(c)))
        return Part([position], {position: True}, empty=False)

    def _sequence(self, items: Any, flags: int) -> Part:
        done = Part()
        for item in items:
            done = self._then(done, self._item(item, flags))
        return done

    def _then(self, left: Part, right: Part) -> Part:
        for before in left.last:
            for after in right.first:
                self._edge(before, after)
        last = dict(right.last)
        if right.empty:
            for position, sure in left.last.items():
                last[position] = (sure and right.sure) or last.get(position, False)
        first = left.first + right.first if left.empty else left.first
        return Part(first, last, left.empty and right.empty, left.sure and right.sure)

    def _item(self, item: tuple[Any, Any], flags: int) -> Part:  # noqa: PLR0911 - one for each
        what, value = item
        if what in {op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY}:
            return self._atom(item, flags)
        if what is op.AT:
            return Part(sure=False)
        if what is op.SUBPATTERN:
            _, add, remove, inside = value
            return self._sequence(inside, (flags | add) & ~remove)
        if what is op.ATOMIC_GROUP:
            return self._sequence(value, flags)
        if what is op.BRANCH:
            return self._branch(value[1], flags)
        if what in {op.ASSERT, op.ASSERT_NOT}:
            direction, inside = value
            if direction < 0:  # of one width: no loop in it
                return Part(sure=False)
            # A side track, from which nothing comes back.
            return Part(self._sequence(inside, flags).first, sure=False)
        if what in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            return self._repeat(value, flags, giving=what is not op.POSSESSIVE_REPEAT)
        raise NotAnalysableError(str(what))

    def _branch(self, branches: Any, flags: int) -> Part:
        parts = [self._sequence(branch, flags) for branch in branches]
        last: dict[int, bool] = {}
        for part in parts:
            last |= part.last
        empties = [part for part in parts if part.empty]
        return Part(
            [position for part in parts for position in part.first],
            last,
            bool(empties),
            any(part.sure for part in empties) or not empties,
        )

    def _repeat(self, value: tuple[Any, Any, Any], flags: int, *, giving: bool) -> Part:
        low, high, body = value
        inside = self._sequence(body, flags)
        if high is op.MAXREPEAT or high > 1:
            for before in inside.last:
                for after in inside.first:
                    if high is op.MAXREPEAT:
                        if (before, after) in self.giving and giving:
                            self.doubled.add((before, after))
                        self.loops.add((before, after))
                        if giving:
                            self.giving.add((before, after))
                    self._edge(before, after)
        return Part(inside.first, inside.last, low == 0 or inside.empty, sure=True)

    def components(self, loops: set[tuple[int, int]]) -> dict[int, frozenset[int]]:
        """For each position on a loop, all those on a loop with it."""
        return {
            entry: frozenset(
                position for position in self._reach(entry) if exit_ in self._reach(position)
            )
            | {entry, exit_}
            for exit_, entry in loops
        }

    def _reach(self, start: int) -> set[int]:
        seen, queue = {start}, deque([start])
        while queue:
            for after in self.follow[queue.popleft()]:
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
        return seen


def _anchored(tree: Any, flags: int) -> bool:
    """Whether a match can begin in one place only."""
    if not tree or tree[0][0] is not op.AT:
        return False
    line = tree[0][1] is op.AT_BEGINNING and not flags & re.MULTILINE
    return line or tree[0][1] is op.AT_BEGINNING_STRING


def _literals(tree: Any) -> set[int]:  # noqa: C901 - one branch for each construct
    found: set[int] = set()
    for what, value in tree:
        if what in {op.LITERAL, op.NOT_LITERAL}:
            found.add(value)
        elif what is op.IN:
            found |= _literals(value)
        elif what is op.RANGE:
            found |= set(value)
        elif what is op.SUBPATTERN:
            found |= _literals(value[3])
        elif what is op.BRANCH:
            for branch in value[1]:
                found |= _literals(branch)
        elif what in {op.ASSERT, op.ASSERT_NOT}:
            found |= _literals(value[1])
        elif what in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            found |= _literals(value[2])
        elif what is op.ATOMIC_GROUP:
            found |= _literals(value)
    return found


def witness(pattern: re.Pattern[Any], use: str) -> str | None:
    """Return a word that, repeated, takes the pattern more than linear time; None if none does.

    Raises:
        NotAnalysableError: the pattern has something that this proof does not cover.
    """
    automaton = Automaton(pattern, use)
    if automaton.doubled:
        return "(a loop directly in a loop)"
    own = automaton.components(automaton.giving)
    other = automaton.components(automaton.loops)
    for p, around_p in own.items():
        word = _two_ways(automaton, p, around_p)
        if word:
            return word
        for q, around_q in other.items():
            if automaton.last.get(q) or q == p:
                continue  # there the match is made: nothing can fail any more
            word = _shared(automaton, (p, q), around_p, around_q)
            if word:
                return word
    return None


def _two_ways(automaton: Automaton, p: int, around: frozenset[int]) -> str | None:
    """A word that leads from p to p in two ways."""
    return _walk(automaton, (p, p, 0), (p, p, 1), around, around, parting=True)


def _shared(
    automaton: Automaton, pair: tuple[int, int], around_p: frozenset[int], around_q: frozenset[int]
) -> str | None:
    p, q = pair
    return _walk(automaton, (p, p, q), (p, q, q), around_p, around_q, parting=False)


def _walk(  # noqa: C901 - one loop in another for each of three runs
    automaton: Automaton,
    start: tuple[int, int, int],
    goal: tuple[int, int, int],
    first: frozenset[int],
    third: frozenset[int],
    *,
    parting: bool,
) -> str | None:
    """Breadth first through three runs that read the same word."""
    takes, follow = automaton.takes, automaton.follow
    seen = {start}
    queue = deque([(start, "")])
    while queue:
        (a, b, c), word = queue.popleft()
        for a2 in follow[a]:
            if a2 not in first:
                continue
            for b2 in follow[b]:
                if parting and b2 not in first:
                    continue
                both = takes[a2] & takes[b2]
                if not both:
                    continue
                for c2 in [c or int(a2 != b2)] if parting else follow[c]:
                    if not parting and c2 not in third:
                        continue
                    shared = both if parting else both & takes[c2]
                    if not shared:
                        continue
                    longer = word + _shown(min(shared))
                    state = (a2, b2, c2)
                    if state == goal:
                        return longer
                    if state not in seen:
                        seen.add(state)
                        queue.append((state, longer))
    return None


def _shown(char: str | bytes) -> str:
    return char if isinstance(char, str) else char.decode("latin-1")
