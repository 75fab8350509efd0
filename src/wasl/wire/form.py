"""Multipart forms (RFC 7578): the body of a Call made from its fields and from files that we keep."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from wasl.wire.call import Call, FormField


def needed(call: Call) -> tuple[str, ...]:
    """Names the kept files (SHA-256, hex) whose bytes `filled` wants."""
    return tuple(field.sha256 for field in call.form if field.sha256)


def filled(call: Call, contents: Mapping[str, bytes]) -> Call:
    """Gives the call with its body and content type made from `form`; a call without a form is given back as it is.

    `contents`: hash to bytes for every hash in `needed`. Raises KeyError when one is missing. The boundary is derived from the
    content, so the same form gives the same bytes and no field can hold it.
    """
    if not call.form:
        return call
    digest = hashlib.sha256()
    for field in call.form:
        digest.update(contents[field.sha256] if field.sha256 else field.value.encode())
    boundary = f"form-{digest.hexdigest()[:40]}"
    pieces: list[bytes] = []
    for field in call.form:
        pieces += [
            f"--{boundary}\r\n{_head(field)}\r\n\r\n".encode(),
            contents[field.sha256] if field.sha256 else field.value.encode(),
            b"\r\n",
        ]
    pieces.append(f"--{boundary}--\r\n".encode())
    headers = {**call.headers, "content-type": f"multipart/form-data; boundary={boundary}"}
    return replace(call, body=b"".join(pieces), headers=headers, form=())


def _head(field: FormField) -> str:
    head = f'Content-Disposition: form-data; name="{_quoted(field.name)}"'
    if field.sha256 or field.file_name:
        head += f'; filename="{_quoted(field.file_name or "file")}"'
    if field.media_type:
        head += "\r\nContent-Type: " + field.media_type.replace("\r", " ").replace("\n", " ")
    return head


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
