"""Reads multipart/form-data, the form in which files are uploaded."""

import re
from dataclasses import dataclass

from wasl.testing.simulators.serving import BadRequest, Request

PARTS_MAX = 100
_BOUNDARY = re.compile(r'boundary="?([^";]{1,200})"?')
_NAME = re.compile(r'(?<!file)name="?([^";]*)"?')
_FILENAME = re.compile(r'filename="?([^";]*)"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a form."""

    name: str
    media_type: str
    data: bytes


def read_form(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Gives the fields and the files of a form. Raises BadRequest."""
    content_type = request.header(b"content-type")
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/form-data") or found is None:
        raise BadRequest("the body must be multipart/form-data with a boundary")
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    pieces = request.body.split(b"--" + found[1].encode("latin-1"))
    if len(pieces) > PARTS_MAX or len(pieces) < 3:
        raise BadRequest(f"the form has {len(pieces) - 2} parts; 1 to {PARTS_MAX - 2} are taken")
    for piece in pieces[1:-1]:
        head, blank, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _headers(head)
        place = headers.get("content-disposition", "")
        name = _NAME.search(place)
        if not blank or name is None:
            raise BadRequest("a part of the form has no name")
        data = data.removesuffix(b"\r\n")
        filename = _FILENAME.search(place)
        if filename is None:
            fields[name[1]] = data.decode("utf-8", "replace")
        else:
            files[name[1]] = Upload(name=filename[1], media_type=headers.get("content-type", "application/octet-stream"), data=data)
    return fields, files


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}
