"""Reads what a Bot API call carries, in every form the platform takes: query, JSON, url-encoded, multipart."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from wasl.testing.simulators.multipart import Upload, read_form
from wasl.testing.simulators.serving import BadRequest, Request


class BotError(Exception):
    """The platform answers `ok: false`."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        self.code = code
        self.description = description
        self.retry_after = retry_after
        super().__init__(description)

    def as_json(self) -> dict[str, Any]:
        """Writes the error body."""
        value: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            value["parameters"] = {"retry_after": self.retry_after}
        return value


class Params:
    """The parameters of one call; a value may be JSON or text that holds JSON."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        self._values = values
        self.files = dict(files or {})

    def has(self, name: str) -> bool:
        """Says whether the parameter is given."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """Gives text; numbers become text, anything else is as good as missing."""
        found = self._values.get(name)
        if isinstance(found, str):
            return found
        return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""

    def whole(self, name: str, default: int = 0) -> int:
        """Gives a whole number, or the default where there is none. Raises BotError 400 for anything else."""
        found = self._values.get(name)
        if found is None or found == "":
            return default
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        if isinstance(found, str) and len(found) < 21 and found.removeprefix("-").isdigit() and found.isascii():
            return int(found)
        raise BotError(400, f"Bad Request: parameter {name} must be a number")

    def number(self, name: str) -> float:
        """Gives a number. Raises BotError 400."""
        try:
            value = float(self.text(name))
        except (ValueError, OverflowError) as error:
            raise BotError(400, f"Bad Request: {name} is empty or not a number") from error
        if value - value != 0.0:
            raise BotError(400, f"Bad Request: {name} is not a number")
        return value

    def flag(self, name: str) -> bool:
        """Gives a yes or no."""
        found = self._values.get(name)
        return found is True or (isinstance(found, str) and found.lower() in ("true", "1", "yes"))

    def structure(self, name: str) -> Any:
        """Gives an object or list, from JSON or from text that holds it; None where there is none. Raises BotError 400."""
        found = self._values.get(name)
        if isinstance(found, str):
            if not found:
                return None
            try:
                found = msgspec.json.decode(found.encode("utf-8", "surrogatepass"))
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                raise BotError(400, f"Bad Request: can't parse {name} JSON object") from error
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        """Gives an object, or an empty one. Raises BotError 400 for anything else."""
        found = self.structure(name)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise BotError(400, f"Bad Request: object expected as {name}")
        return found


def read_params(request: Request) -> Params:
    """Reads query and body. Raises BotError 400."""
    values: dict[str, Any] = dict(request.params())
    kind = request.header(b"content-type").partition(";")[0].strip().lower()
    if not request.body:
        return Params(values)
    try:
        if kind == "application/json":
            return Params({**values, **request.json_object()})
        if kind == "multipart/form-data":
            fields, files = read_form(request)
            return Params({**values, **fields}, files)
        if kind == "application/x-www-form-urlencoded":
            return Params({**values, **dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))})
    except (BadRequest, ValueError) as error:
        raise BotError(400, f"Bad Request: {error}") from error
    return Params(values)
