"""Canonical text: a page as sentences in which only the words count.

Markup, links, invisible characters, numbers of clauses, ways of writing a date and the spelling of one side of the ocean are folded, so
that two texts with equal canonical sentences say the same. Pure and linear in the length of the text.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from wasl.terms.dates import DATE_TOKEN, dates_in, fold_dates
from wasl.terms.spelling import spelt

TEXT_CHARACTERS_MAX: Final = 4_000_000
"""What is read of one page; far past the longest terms seen (900,000)."""
SENTENCE_CHARACTERS_MAX: Final = 20_000

PREVIEWS_MAX: Final = 20
STATED_WITHIN: Final = 40
STATED_WORDS_MAX: Final = 12
_PREVIEW = re.compile(r"preview|(?:new|updated|upcoming|revised) (?:version|terms|polic)", re.I)
_TO_PREVIEW = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()]{1,1000})")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BREAK = re.compile(r"<\s*br\b[^<>\n]{0,200}(?:>|(?=<))", re.I)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>")
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[((?:[^\[\]\n]|\n(?!\n)){0,2000})\]\((?:[^()\n]|\([^()\n]{0,500}\)){0,2000}\)")
_AUTOLINK = re.compile(r"<?\bhttps?://[^\s<>()\]]{1,2000}(?:\([^\s<>()]{0,500}\)[^\s<>()\]]{0,500})?>?")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|~<>&$])")
_EMPHASIS = re.compile(r"(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|\*{1,3}(?!\s)|(?<=\S)\*{1,3}|`+|~~")
_ELSEWHERE = re.compile(
    r"\(?\s?\b(?:opens?|link opens|opening) in (?:an? )?new (?:window|tab|browser window)\b\s?\.?\s?\)?"
    r"|\(?\blink is external\b\)?|\(external link\)",
    re.I,
)
_RULE = re.compile(r"^[\s>]*(?:[-*_=][ \t]*){3,}$")
_TABLE_RULE = re.compile(r"^[\s|:\-]+$")
_HEAD = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*$")
_QUOTE = re.compile(r"^[\s>]*>\s?")
_BULLET = re.compile(r"^\s*(?:[*+•·◦▪‣–—-]|\d{1,3}[.)](?=\s))\s+")
_CLAUSE = re.compile(
    r"^\s*(?:(?:section|clause|article|art\.|§)\s*)?(?:\d{1,3}(?:\.\d{1,3}){1,5}[.):]?|\d{1,3}[.):]|\((?:[a-z]{1,2}|[ivxlc]{1,6}|\d{1,3})\)|(?:[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)])(?:\s+|(?=[A-Z][a-zA-Z]))",
)  # fmt: skip
_NUMBERED = re.compile(r"^\s*\d{1,3}(?:\.\d{1,3}){1,5}[.):]?\s")
MAIL_TOKEN: Final = "⟨mail⟩"
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_NUMBERS = r"\d[\d.]*(?:\([a-z0-9]{1,3}\)){0,5}"
_REFERENCE = re.compile(
    rf"\b(sections?|clauses?|articles?|art\.|paragraphs?|annex|schedules?|§+)\s?{_NUMBERS}(?:\s?(?:,|and|or|to|-|&)\s?{_NUMBERS}){{0,20}}",
    re.I,
)
_INLINE_CLAUSE = re.compile(r"(?<=[\s,;:])\((?:[a-z]|[ivxl]{1,5}|\d{1,2})\)(?=\s)")
_ENDS = re.compile(r"(?<=[.!?؟])[\"')\]]{0,2}\s+|(?<=[。！？])\s*")
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|inc|ltd|llc|corp|co|no|nos|art|sec|vs|mr|mrs|ms|dr|st|u\.s|u\.k|approx|cf|dept|est|jr|sr|para|pp)\."
    r"|\b[A-Za-z]\.)[\"')]*$",
    re.I,
)  # fmt: skip
_FOLDED = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": " - ", "‐": "-", "‑": "-",
        "\xa0": " ", "\t": " ", "\r": " ", "\u2028": "\n", "\u2029": "\n",
    }
)  # fmt: skip
WORD = re.compile(rf"{DATE_TOKEN}|{MAIL_TOKEN}|[^\W_]+(?:['.,][^\W_]+)*|[€$£¥₹﷼%]", re.U)
"""One word of a canonical sentence: letters and digits, `1,000` and `user's` whole, a sign of money, or the token of a date."""


class Sentence(NamedTuple):
    """One sentence: `text` for people, `words` to compare by, `heading` above it (folded), `block` its block's number from the top.

    `lead` is the sentence that a list stands under ("You must not:"): what binds in a list stands there.
    """

    text: str
    words: tuple[str, ...]
    heading: str
    block: int
    kind: str = "text"
    lead: str = ""


class Canonical(NamedTuple):
    """A page in canonical form. `digest` names its words in order; `words` counts them; `previews` are links to new terms.

    `state` names the words with the days they name: two versions with one state are the same version.
    """

    sentences: tuple[Sentence, ...]
    digest: str
    words: int
    previews: tuple[str, ...] = ()
    state: str = ""


class _Block(NamedTuple):
    text: str
    heading: str
    kind: str
    lead: str


def canonical(markdown: str) -> Canonical:
    """Brings a page into canonical form."""
    sentences: list[Sentence] = []
    digest = hashlib.sha256()
    state = hashlib.sha256()
    count = 0
    for number, block in enumerate(_blocks(_cleaned(markdown[:TEXT_CHARACTERS_MAX]))):
        for text in _sentences_of(block.text):
            words = words_of(text)
            if not words:
                continue
            sentences.append(Sentence(text, words, block.heading, number, block.kind, block.lead))
            digest.update(" ".join(words).encode())
            digest.update(b"\n")
            if DATE_TOKEN in words:
                state.update(" ".join(str(dated.day) for dated in dates_in(text)).encode())
            count += len(words)
    state.update(digest.digest())
    return Canonical(tuple(sentences), digest.hexdigest(), count, _previews(markdown), state.hexdigest())


def _previews(markdown: str) -> tuple[str, ...]:
    """Gives the links of a page that lead to terms which are not in force yet."""
    if "review" not in markdown and "new terms" not in markdown and "updated terms" not in markdown:
        return ()
    found = [link[2] for link in _TO_PREVIEW.finditer(markdown) if _PREVIEW.search(link[1]) or _PREVIEW.search(link[2])]
    return tuple(dict.fromkeys(found))[:PREVIEWS_MAX]


def stated_date(page: Canonical) -> date | None:
    """Gives the day that a page says it is of: the first date of a short line near its top. Never when we saw it."""
    for sentence in page.sentences[:STATED_WITHIN]:
        if DATE_TOKEN in sentence.words and len(sentence.words) <= STATED_WORDS_MAX:
            for dated in dates_in(sentence.text):
                if dated.day is not None:
                    return dated.day
    return None


def words_of(text: str) -> tuple[str, ...]:
    """Gives the words of a text as they are compared: folded in case, spelling and dates."""
    return tuple(spelt(word) for word in WORD.findall(_MAIL.sub(f" {MAIL_TOKEN} ", _REFERENCE.sub(r"\1", fold_dates(text))).casefold()))


def digest_of(sentences: Iterable[Sentence]) -> str:
    """Names sentences by their words in order."""
    digest = hashlib.sha256()
    for sentence in sentences:
        digest.update(" ".join(sentence.words).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _cleaned(text: str) -> str:
    text = _INVISIBLE.sub("", text).translate(_FOLDED)
    if "&" in text:
        text = html.unescape(text).translate(_FOLDED)
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub(" ", _uncommented(text)))
    text = unicodedata.normalize("NFKC", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _ELSEWHERE.sub(" ", text)
    text = _AUTOLINK.sub(" ", text)
    text = _ESCAPE.sub(r"\1", text)
    return _EMPHASIS.sub("", text)


def _uncommented(text: str) -> str:
    if "<!--" not in text:
        return text
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return " ".join((*kept, text[at:]))


def _blocks(text: str) -> list[_Block]:
    found: list[_Block] = []
    waiting: list[str] = []
    heading = lead = ""
    item = False

    def close(kind: str = "text") -> None:
        nonlocal lead, item
        if waiting:
            text = " ".join(waiting).strip()
            listed = kind == "text" and (item or text[:1].islower() or text.endswith((";", "; and", "; or")))
            found.append(_Block(text, heading, "item" if listed else kind, lead if listed else ""))
            if text.endswith(":"):
                lead = text
            elif not listed:
                lead = ""
            waiting.clear()
        item = False

    for raw in text.split("\n"):
        line = _QUOTE.sub("", raw) if ">" in raw else raw
        if not line.strip():
            close()
        elif _RULE.match(line):
            if len(waiting) == 1 and line.strip()[0] in "=-":  # the line above was a heading
                heading = _name(waiting[0])
                close("heading")
            else:
                close()
        elif head := _HEAD.match(line):
            close()
            heading = _name(head[2])
            waiting.append(head[2])
            close("heading")
        elif line.lstrip().startswith("|"):
            close()
            if not _TABLE_RULE.match(line):
                waiting.append(line.strip().strip("|").replace("|", " ; "))
                close("row")
        elif bullet := _BULLET.match(line):
            close()
            item = True
            waiting.append(line[bullet.end() :].strip())
        elif _NUMBERED.match(line):
            close()
            waiting.append(line.strip())
        else:
            waiting.append(line.strip())
    close()
    return found


def _name(text: str) -> str:
    return " ".join(words_of(_CLAUSE.sub("", text)))[:200]


def _sentences_of(text: str) -> list[str]:
    pieces = [piece for piece in _ENDS.split(_unnumbered(text)) if piece and not piece.isspace()]
    joined: list[str] = []
    for piece in pieces:
        before = joined[-1] if joined else ""
        if (
            before
            and len(before) < SENTENCE_CHARACTERS_MAX
            and (_SHORT.search(before[-12:]) or (before[-1:] == "." and piece[:1].islower()))
        ):
            joined[-1] = f"{before} {piece}"
        else:
            joined.append(piece)
    return [clean for piece in joined if (clean := " ".join(_unnumbered(piece).split()))]


def _unnumbered(text: str) -> str:
    """Takes the number of a clause from its beginning, twice where a list item carries one more, and from enumerations inside."""
    for _ in range(2):
        text = _CLAUSE.sub("", text, count=1)
    return _INLINE_CLAUSE.sub("", text) if "(" in text else text
