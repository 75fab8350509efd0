"""Extractive: answers without any language model or key, by quoting the operator's own documents with their source.

It is given passages that are already ranked and scored, quotes the ones that fit, and says in every quotation that no language
model spoke. When none fits it says so and names the human contact from its settings. Nothing leaves the machine; it costs no
tokens, so its Usage is zero and exact. It cannot see pictures, call tools, or speak about anything outside the documents.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from wasl.domain.prompt import Delta, Finish, Passage, Prompt, PromptMessage, TextDelta, Usage
from wasl.wire import text

QUOTED_CHARACTERS_MAX: Final = 900
"""A longer passage is quoted by the lines that fit the question best."""
_TELLING_CHARACTERS_MIN: Final = 3


class Extractive:
    """Quotes."""

    kind: ClassVar[str] = "extractive"
    title: ClassVar[str] = "Quotations from your documents"

    class Settings(BaseModel):
        """Settings of the answerer that quotes; none is needed."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        contact: str = Field("", max_length=300, description="How to reach a person, said when no document answers: a number, a mail.")
        fits: float = Field(
            0.42, gt=0, le=1, description="Share of a question, 0 to 1, that a passage must meet to be quoted; higher is stricter."
        )
        passages: int = Field(2, ge=1, le=5, description="Passages quoted at most, where several fit about equally well.")

    def __init__(self, settings: Settings, *, name: str) -> None:
        self.settings = settings
        self.name = name

    def reply(self, prompt: Prompt) -> Iterable[Delta]:
        """Gives the whole answer, a paragraph at a time; ends with Usage and Finish."""
        question = next((m for m in reversed(prompt.messages) if m.role == "user"), PromptMessage(role="user"))
        said = _MARK.sub("", question.text).strip()
        language = _language(said, told=prompt.language)
        blind = bool(question.images) or said != question.text.strip()
        paragraphs = list(self._paragraphs(said, prompt.passages, _WORDS[language], language=language, blind=blind))
        for place, paragraph in enumerate(paragraphs):
            yield TextDelta(text=paragraph if place == 0 else f"\n\n{paragraph}")
        yield Usage(input_tokens=0, output_tokens=0)
        yield Finish(reason="stop", served_model=self.kind)

    def _paragraphs(self, said: str, passages: Sequence[Passage], words: dict[str, str], *, language: str, blind: bool) -> Iterator[str]:
        asked = text.tokens(said)
        fitting = self._fitting(passages, asked) if asked else []
        if asked and set(asked) <= _GREETING:
            yield words["greeting"]
        elif asked and set(asked) <= _THANKS | _GREETING:
            yield words["thanks"]
        elif fitting:
            if fitting[0].language not in ("", language):
                yield words["other language"]
            for passage in fitting:
                yield _quoted(passage, asked)
            places = dict.fromkeys(_place(passage, comma=words["comma"]) for passage in fitting)
            yield words["source"].format(sources=words["and"].join(places))
        else:
            yield words["blind"] if blind or not asked else words["nothing"]
            yield words["contact"].format(contact=self.settings.contact) if self.settings.contact else words["kept"]

    def _fitting(self, passages: Sequence[Passage], asked: Sequence[str]) -> list[Passage]:
        """Gives the best passage that fits, and others that fit nearly as well and meet words that it does not."""
        fitting = [p for p in passages if p.score >= self.settings.fits]
        if not fitting:
            return []
        best = max(fitting, key=lambda p: p.score)
        left = {stem for token in asked if len(stem := text.light(token)) >= _TELLING_CHARACTERS_MIN} - _stems(best)
        others = (p for p in fitting if p is not best and p.language == best.language and p.score >= 0.9 * best.score and left & _stems(p))
        return [best, *others][: self.settings.passages]


def _stems(passage: Passage) -> set[str]:
    return {text.light(token) for token in text.tokens(f"{passage.heading} {passage.text}")}


def _language(asked: str, *, told: str) -> str:
    for tag in (text.language(asked), told):
        if tag[:2].lower() in _WORDS:
            return tag[:2].lower()
    return "en"


def _place(passage: Passage, *, comma: str) -> str:
    """Names file and section, without marks that Markdown would take for its own."""
    section = passage.heading.rpartition(" › ")[2]
    return _PLAIN.sub("", f"{passage.source}{comma}{section}" if section else passage.source)


def _quoted(passage: Passage, asked: Sequence[str]) -> str:
    lines = list(_unlisted(passage.text.split("\n")))
    if sum(map(len, lines)) > QUOTED_CHARACTERS_MAX:
        lines = _best_lines(lines, {text.light(token) for token in asked})
    heading = _PLAIN.sub("", passage.heading.rpartition(" › ")[2])
    return "\n".join(
        [f"> **{heading}**", ">", *(f"> {line}".rstrip() for line in lines)] if heading else [f"> {line}".rstrip() for line in lines]
    )


def _unlisted(lines: Sequence[str]) -> Iterator[str]:
    """Walks the lines; rows of a table become items of a list, since few channels can show a table."""
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if line.lstrip().startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if _RULE.match(line) or _RULE.match(following):  # the rule itself, or the head above it
                continue
            yield "- " + " — ".join(cell for cell in cells if cell)
        else:
            yield line


def _best_lines(lines: Sequence[str], stems: set[str]) -> list[str]:
    """Keeps the lines that share most with the question, in their order, up to QUOTED_CHARACTERS_MAX."""
    met = [len(stems & {text.light(token) for token in text.tokens(line)}) for line in lines]
    kept: set[int] = set()
    room = QUOTED_CHARACTERS_MAX
    for place in sorted(range(len(lines)), key=lambda n: (-met[n], n)):
        if len(lines[place]) <= room and lines[place].strip():
            kept.add(place)
            room -= len(lines[place])
        elif not kept and len(lines[place]) > room:
            return [lines[place][:QUOTED_CHARACTERS_MAX].rsplit(" ", 1)[0] + " …"]
    gathered: list[str] = []
    before = -1
    for place in sorted(kept):
        if place != before + 1 and any(line.strip() for line in lines[before + 1 : place]):
            gathered.append("…")
        gathered.append(lines[place])
        before = place
    return gathered


_MARK: Final = re.compile(r"^\[(?:photo|video|voice|audio|document|sticker|animation)(?:: [^\n]*)?\]$", re.MULTILINE)
"""A file in the words of a message: its name is no question, and tells no language."""
_PLAIN: Final = re.compile(r"[*_`\[\]<>#|]")
_RULE: Final = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*\Z")

_GREETING: Final = frozenset(
    text.tokens(
        "hi hello hey there good morning evening afternoon salam salaam marhaba greetings "
        "السلام عليكم ورحمة الله وبركاته سلام مرحبا مرحبًا أهلا اهلين أهلًا وسهلا هلا هاي الو ألو صباح مساء الخير النور تحية طيبة يا"
    )
)
_THANKS: Final = frozenset(
    text.tokens(
        "thanks thank you thx very much so a lot ok okay great perfect bye goodbye cheers shukran "
        "شكرا شكرًا جزيلا لك لكم مشكور مشكورين تسلم تسلمون يسلمو الله يعطيك العافية تمام ممتاز حسنا طيب اوكي مع السلامة متشكر جدا"
    )
)

_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "greeting": "Hello! I answer by quoting this business's own documents; no language model is connected. "
        "Ask me about opening hours, prices, delivery, or anything else.",
        "thanks": "You are welcome. If you have another question, just write it.",
        "other language": "Our documents answer this in another language:",
        "source": "— *Quoted from {sources}. This answer comes from the business's own documents; no language model wrote it.*",
        "and": "; ",
        "comma": ", ",
        "nothing": "I did not find an answer to this in the business's documents, and I do not want to guess. "
        "Perhaps try other words: I quote documents, and no language model is connected.",
        "blind": "I can only read words: I quote the business's documents, and no language model is connected.",
        "contact": "To reach a person: {contact}",
        "kept": "Your message is kept, and a person can read it and answer you here.",
    },
    "ar": {
        "greeting": "أهلًا بك! أجيب باقتباس من مستندات هذا النشاط نفسها، دون نموذج لغوي. "
        "اسألني عن ساعات العمل أو الأسعار أو التوصيل أو أي شيء آخر.",
        "thanks": "على الرحب والسعة. إن كان لديك سؤال آخر فاكتبه لي.",
        "other language": "وجدت الجواب في مستنداتنا بلغة أخرى:",
        "source": "— *اقتباس من: {sources}. هذا الجواب من مستندات النشاط نفسها، ولم يكتبه نموذج لغوي.*",
        "and": "؛ ",
        "comma": "، ",
        "nothing": "لم أجد جوابًا عن هذا في مستندات النشاط، ولا أريد أن أخمّن. "
        "جرّب صياغة أخرى من فضلك: فأنا أقتبس من المستندات، وليس هناك نموذج لغوي متصل.",
        "blind": "أستطيع قراءة النصوص فقط: أقتبس من مستندات النشاط، وليس هناك نموذج لغوي متصل.",
        "contact": "للتواصل مع أحد الموظفين: {contact}",
        "kept": "رسالتك محفوظة، ويمكن لأحد الموظفين قراءتها والرد عليك هنا.",
    },
}
