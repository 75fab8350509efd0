"""S3: requests signed as S3-compatible stores ask (AWS Signature Version 4), and the few answers that are read.

Source: AWS, "Authenticating Requests: Using the Authorization Header" and "CreateMultipartUpload" (Amazon S3 API reference).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from wasl.domain.errors import Malformed
from wasl.wire.call import Call

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UPLOAD_ID: Final = re.compile(rb"<UploadId>([^<]{1,1024})</UploadId>")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """An access key, and the region it signs for. Nothing of it is shown."""

    key_id: str
    secret: str
    region: str


def signed(call: Call, credentials: Credentials, *, now_ms: int) -> Call:
    """Gives the request with its signature; every header it has is signed."""
    at = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    parts = urlsplit(call.url)
    body = hashlib.sha256(call.body).hexdigest()
    headers = {**call.headers, "host": parts.netloc, "x-amz-content-sha256": body, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    pairs = sorted((_quoted(k), _quoted(v)) for k, v in parse_qsl(parts.query, keep_blank_values=True))
    canonical = "\n".join(
        [
            call.method,
            parts.path or "/",
            "&".join(f"{k}={v}" for k, v in pairs),
            *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)),
            "",
            names,
            body,
        ]
    )
    scope = f"{day}/{credentials.region}/s3/aws4_request"
    told = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret}".encode()
    for word in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.new(key, word.encode(), "sha256").digest()
    signature = hmac.new(key, told.encode(), "sha256").hexdigest()
    headers["authorization"] = f"{ALGORITHM} Credential={credentials.key_id}/{scope},SignedHeaders={names},Signature={signature}"
    return replace(call, headers={name: value for name, value in headers.items() if name != "host"})


def object_url(endpoint: str, *, bucket: str, key: str, query: Mapping[str, str] | None = None) -> str:
    """Gives the address of an object, with the bucket in the path, as every S3-compatible store takes it."""
    path = "/".join(_quoted(part) for part in (bucket, *key.split("/")))
    asked = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in sorted((query or {}).items()))
    return f"{endpoint.rstrip('/')}/{path}{'?' + asked if asked else ''}"


def upload_id(body: bytes) -> str:
    """Reads the id of a multipart upload. Raises Malformed."""
    found = _UPLOAD_ID.search(body[: 64 << 10])
    if found is None:
        raise Malformed("the store's answer names no upload")
    return found[1].decode("utf-8", "replace")


def completion(etags: Sequence[str]) -> bytes:
    """Writes what ends a multipart upload."""
    parts = "".join(
        f"<Part><PartNumber>{n}</PartNumber><ETag>{escape(etag, quote=False)}</ETag></Part>" for n, etag in enumerate(etags, start=1)
    )
    return f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
