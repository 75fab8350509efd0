"""Call and Reply: one HTTP request and its answer as plain values, for both directions."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from wasl.domain.value import value

USUAL_PORTS: Final = {"http": 80, "https": 443}


@value(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a multipart form: a short `value`, or (with `sha256`) a file whose bytes we keep under that hash."""

    name: str
    value: str = ""
    sha256: str | None = None
    file_name: str = ""
    media_type: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Call:
    """An HTTP request: one that reached us, or one that an adapter asks to have made.

    Header names are lower-case. `path` and `query` are set on what reached us (query without the question mark, still
    encoded); `url` is the whole address, as the caller used it where known. `body_bytes_max` caps the answer that is read.
    `timeout_seconds` None leaves it to the driver. `safe_to_repeat` says that doing it twice does no harm. `form` asks the
    driver to make the body from fields and kept files (`wasl.wire.form.filled`). `label` names the request in logs and errors
    where the URL itself holds a secret.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    path: str = ""
    query: str = ""
    timeout_seconds: float | None = None
    body_bytes_max: int = 8 << 20
    safe_to_repeat: bool = False
    form: tuple[FormField, ...] = ()
    label: str = ""

    @property
    def shown(self) -> str:
        """Names the request for logs and errors: method and address, never a query, a header or a secret."""
        return f"{self.method} {self.label or self.url.partition('?')[0]}"

    def __repr__(self) -> str:
        """Shows what may be shown: headers, query and body can hold secrets or a person's words."""
        return f"Call({self.shown}, {len(self.body)} bytes)"

    def params(self) -> dict[str, str]:
        """Gives the decoded query parameters; of a repeated name the last one counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


def place_of(url: str) -> str:
    """Names where an address is, in small letters: its host, with the port where that is not the scheme's own; empty for none.

    Two servers of one machine are two places.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if not host or port in (None, USUAL_PORTS.get(parts.scheme)):
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@value(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, read whole. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
