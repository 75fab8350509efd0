"""A small chat log whose headers go from one form to another and back: put together from several phones, or by hand.

Where one form prevails, the other headers are words that somebody pasted (chatlog_grammar). Where none does, each header is taken
for a record, by the grammar of its own form; the order of day and month is decided for each form, and what a form alone does not tell
is told by the others.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, NamedTuple

from wasl.wire.chatlog_grammar import Grammar, decide, grammar_of
from wasl.wire.chatlog_heads import Head, find_heads
from wasl.wire.chatlog_order import Order, Ordered, decide_order

PREVAILS_SHARE_MIN: Final = 0.6
"""Of all headers, that one form must have to be the form of the file."""
FORMS_MIN: Final = 3
HEADERS_MIN: Final = 6
"""Of forms or of headers there must be this many, for a form that was pasted into a short chat is none of the file's own."""
RUNS_MAX: Final = 300
"""Changes from one form to another; a file with more is read by the form of its first line."""
_SURE: Final = frozenset(["answered", "only one order gives dates", "time would run backwards otherwise"])


class RunOfHeads(NamedTuple):
    """A part of a sample with one grammar: from `start` to where the grammar's `ends_at` says (counted from `start`)."""

    start: int
    grammar: Grammar


def runs_in(sample: bytes, *, order: str | None = None, languages: Sequence[str] = ()) -> list[RunOfHeads]:
    """Cuts a whole text into runs of one form each; gives none where one form prevails."""
    heads = find_heads(sample, languages=languages)
    by_form: dict[tuple[str, ...], list[Head]] = {}
    for head in heads:
        by_form.setdefault(head.stamp.layout, []).append(head)
    most = max(map(len, by_form.values()), default=0)
    if most >= PREVAILS_SHARE_MIN * len(heads) or (len(by_form) < FORMS_MIN and len(heads) < HEADERS_MIN):
        return []
    starts = [(next(run).at, form) for form, run in groupby(heads, key=lambda head: head.stamp.layout)]
    prevailing = decide(sample, order=order, languages=languages)
    if len(starts) > RUNS_MAX or prevailing is None or prevailing.newline == b"\r\n" or prevailing.ends_at is not None:
        return []
    orders = _orders(by_form, order=order, languages=languages)
    grammars = {form: grammar_of(own, crlf=False, ordered=orders[form], languages=languages, foreign=0) for form, own in by_form.items()}
    ends = [*(at for at, _ in starts[1:]), len(sample)]
    begins = [0, *ends[:-1]]
    return [
        RunOfHeads(begin, replace(grammars[form], ends_at=end - begin)) for begin, end, (_, form) in zip(begins, ends, starts, strict=True)
    ]


def _orders(by_form: dict[tuple[str, ...], list[Head]], *, order: str | None, languages: Sequence[str]) -> dict[tuple[str, ...], Ordered]:
    """Decides the order of each form; one that its own dates do not prove follows what other forms prove."""
    orders = {form: decide_order([head.stamp for head in own], answer=order, languages=languages) for form, own in by_form.items()}
    proven: Counter[Order] = Counter()
    for form, ordered in orders.items():
        if ordered.how in _SURE and ordered.order in ("dmy", "mdy"):
            proven[ordered.order] += len(by_form[form])
    if not proven:
        return orders
    likely, _ = proven.most_common(1)[0]
    for form, ordered in orders.items():
        if ordered.how not in _SURE and ordered.order in ("dmy", "mdy"):
            orders[form] = Ordered(likely, "as the other headers of the file")
    return orders
