"""Bytes over HTTP: bodies read under a cap, files given so that no browser runs anything in them."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from wasl.domain.errors import Malformed, TooLarge
from wasl.ports.blobs import Blobs
from wasl.web.faces import answer_json
from wasl.web.sniff import SHOWN_INLINE, SNIFF_BYTES, sniff

FIELDS_MAX = 1_000
"""Of one form: more is no form of ours."""
_PLACE = re.compile(r"-?[0-9]{1,18}")


def asked_place(request: Request, name: str) -> int | None:
    """Gives the place in a list that the address asks for, None where it names none. Raises Malformed for what is no whole number."""
    given = request.query_params.get(name)
    if given is not None and not _PLACE.fullmatch(given):
        raise Malformed(f"{name} must be a whole number")
    return None if given is None else int(given)


async def read_capped(request: Request, *, bytes_max: int) -> bytes:
    """Reads a body. Raises TooLarge before more than `bytes_max` bytes are held."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > bytes_max:
        raise TooLarge(f"the body has {declared} bytes; at most {bytes_max} are taken")
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > bytes_max:
            raise TooLarge(f"the body has more than {bytes_max} bytes")
        pieces.append(piece)
    return b"".join(pieces)


async def read_form(request: Request, *, bytes_max: int, fields_max: int = FIELDS_MAX) -> dict[str, list[str]]:
    """Reads what a form sent, every value of each field. Raises TooLarge, and Malformed for more than `fields_max` fields."""
    body = (await read_capped(request, bytes_max=bytes_max)).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=fields_max)
    except ValueError as error:
        raise Malformed(f"the form has more than {fields_max} fields; nothing was stored") from error


async def read_fields(request: Request, *, bytes_max: int, fields_max: int = FIELDS_MAX) -> dict[str, str]:
    """Reads what a form sent, the first value of each field. Raises as `read_form` does."""
    return {name: values[0] for name, values in (await read_form(request, bytes_max=bytes_max, fields_max=fields_max)).items()}


async def file_response(blobs: Blobs, *, sha256: str, name: str) -> Response:
    """Gives a file: pictures may be shown, everything else is only saved; nothing in it may run or be framed."""
    pieces = blobs.read(sha256)
    try:
        first = await anext(pieces, b"")
    except KeyError:
        return answer_json({"error": "gone", "message": "no such file is kept"}, status=404)
    kind = sniff(first[:SNIFF_BYTES], name=name)
    shown = kind is not None and kind.media_type in SHOWN_INLINE
    headers = {
        "content-type": kind.media_type if kind and shown else "application/octet-stream",
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name or 'file', safe='')}",
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "private, max-age=86400, immutable",
    }

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(whole(), headers=headers)
