"""Named errors as answers: scripts get JSON, people get a page in their language."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.errors import Forged, Malformed, OnHold, Refused, StoreDown, Throttled, TooLarge, WaslError
from wasl.service.phrases import told as translated
from wasl.web.faces import Faces, answer_json
from wasl.web.languages import SOURCE
from wasl.web.visiting import NotYours

_STATUS: Mapping[type[WaslError], int] = {
    NotYours: 404,
    Forged: 401,
    Malformed: 400,
    TooLarge: 413,
    Refused: 422,
    Throttled: 429,
    OnHold: 423,
    StoreDown: 503,
}


_WHY = {"mistyped": "code_wrong", "not whole": "code_wrong", "unknown": "code_wrong", "used": "code_wrong", "own": "code_own"}
"""Names that pages have words for, by why a link code was refused."""


def _wished(request: Request, faces: Faces) -> str:
    """Gives the language of a page whose script asks; a program that names no language is told in English, as documented."""
    return faces.language(request).code if "accept-language" in request.headers else SOURCE


def add_error_answers(app: Starlette, faces: Faces) -> None:
    """Answers named errors by their status: scripts get JSON, people get a page."""

    async def named(request: Request, error: Exception) -> Response:
        assert isinstance(error, WaslError)
        status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 500)
        if "text/html" in request.headers.get("accept", ""):
            language = faces.language(request)
            return faces.notice(
                request,
                status=status,
                head=language.say("That did not work"),
                text=language.say("Please try again in a moment.") if status == 503 else translated(error.message, language.code),
            )
        headers = {"retry-after": "2"} if status == 503 else {}
        if isinstance(error, Throttled) and error.seconds:
            headers = {"retry-after": str(int(error.seconds) + 1)}
        name = str(error.facts.get("code") or _WHY.get(str(error.facts.get("why"))) or type(error).__name__.lower())
        said = translated(error.message, _wished(request, faces))
        return answer_json({"error": name, "message": said}, status=status, headers=headers)

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if "text/html" not in request.headers.get("accept", ""):
            return answer_json({"error": error.status_code, "message": error.detail}, status=error.status_code)
        say = faces.language(request).say
        head = say("There is no such page") if error.status_code == 404 else say("That did not work")
        return faces.notice(request, status=error.status_code, head=head, text=say("The address may be misspelt, or the page has moved."))

    for kind in _STATUS:
        app.add_exception_handler(kind, named)
    app.add_exception_handler(HTTPException, plain)
