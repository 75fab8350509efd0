"""The page of the scope: what the assistant is for, how well that is known, and what single messages would be taken for."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from wasl.policy.purpose import EXAMPLES_FEW
from wasl.service.learn_purpose import Known, LearnPurpose
from wasl.service.phrases import told as translated
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.files import read_fields
from wasl.web.languages import Language
from wasl.web.words import PURPOSES
from wasl.wire.text import language as written_in

FORM_BYTES_MAX: Final = 64 << 10
MESSAGES_MAX: Final = 20
MESSAGE_CHARACTERS_MAX: Final = 2_000
WEAKEST_SHOWN: Final = 8
WEAK_BELOW: Final = 0.9


class ScopePage:
    """Shows the scope in force, and tries messages; nothing of them is kept."""

    def __init__(self, faces: Faces, *, learnt: LearnPurpose) -> None:
        self._faces = faces
        self._learnt = learnt

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (("/scope", "GET", self.scope), ("/scope", "POST", self.scope))

    async def scope(self, request: Request, operator: Operator) -> Response:
        """Shows the scope, and what pasted messages are for."""
        words = ""
        if request.method == "POST":
            words = (await read_fields(request, bytes_max=FORM_BYTES_MAX)).get("words", "")
        known, language = self._learnt.known, self._faces.language(request)
        return self._faces.page(
            request,
            "scope.html",
            operator=operator,
            here="scope",
            known=known,
            problem=translated(self._learnt.problem, language.code),
            file=self._faces.settings.scope.file.name,
            words=words,
            tried=_tried(known, words, language) if known is not None else [],
            **(_shown(known, language) if known is not None else {}),
        )


def _shown(known: Known, language: Language) -> dict[str, Any]:
    classifier, examples = known.classifier, known.scope.examples
    spoken = Counter(written_in(own.text) or "other" for own in examples)
    weak = sorted((kept, subject) for subject, kept in classifier.weakest.items() if subject and kept < WEAK_BELOW)
    return {
        "few": len(examples) < EXAMPLES_FEW,
        "spoken": sorted(spoken.items()),
        "refused": _percent(1 - classifier.kept, language),
        "leaked": _percent(1 - classifier.stopped, language),
        "low": _odds(classifier.low),
        "high": _odds(classifier.high),
        "weak": [(subject, _percent(kept, language)) for kept, subject in weak[:WEAKEST_SHOWN]],
    }


def _tried(known: Known, words: str, language: Language) -> list[dict[str, Any]]:
    found = []
    for line in [line.strip()[:MESSAGE_CHARACTERS_MAX] for line in words.splitlines() if line.strip()][:MESSAGES_MAX]:
        judged = known.classifier.judge(line)
        parts = [(part.text, _odds(part.odds)) for part in judged.parts] if len(judged.parts) > 1 else []
        found.append(
            {"text": line, "label": judged.label, "says": language.say(PURPOSES[judged.label]), "odds": _odds(judged.odds), "parts": parts}
        )
    return found


def _odds(value: float) -> str:
    return f"{value:+.1f}"


def _percent(share: float, language: Language) -> str:
    return f"{language.number(round(100 * share))}%"
