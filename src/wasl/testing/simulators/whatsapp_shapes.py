"""The shapes in which the WhatsApp Cloud API tells of messages and statuses (webhooks overview, seen 2026-10-06; v26.0)."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wasl.testing.simulators.whatsapp_checks import GraphError, KnownTemplate

MediaKind = Literal["image", "audio", "video", "document", "sticker"]
WINDOW_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that the platform holds: what was uploaded, or what a person sent."""

    id: str
    data: bytes
    media_type: str
    until_ms: int
    name: str | None = None

    @property
    def sha256_hex(self) -> str:
        """The checksum as the media endpoint gives it."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha256_base64(self) -> str:
        """The checksum as a webhook gives it."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()


def media_content(
    stored: Stored, *, kind: MediaKind, url: str | None, caption: str | None = None, voice: bool = False, animated: bool = False
) -> dict[str, Any]:
    """Writes the object under the media kind."""
    content: dict[str, Any] = {"id": stored.id, "mime_type": stored.media_type, "sha256": stored.sha256_base64}
    if url is not None:
        content["url"] = url
    if caption:
        content["caption"] = caption
    if kind == "document":
        content["filename"] = stored.name or "file"
    if kind == "audio":
        content["voice"] = voice
    if kind == "sticker":
        content["animated"] = animated
    return content


def envelope(*, account_id: str, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Wraps changes as one webhook body."""
    return {"object": "whatsapp_business_account", "entry": [{"id": account_id, "changes": list(changes)}]}


def status(
    *,
    message_id: str,
    state: Literal["sent", "delivered", "read", "failed"],
    at_ms: int,
    phone: str | None,
    tag: str | None,
    last_inbound_ms: int | None,
    template: KnownTemplate | None,
    error: GraphError | None,
) -> dict[str, Any]:
    """Writes one entry of `statuses`."""
    value: dict[str, Any] = {"id": message_id, "status": state, "timestamp": str(at_ms // 1000)}
    if phone is not None:
        value["recipient_id"] = phone
    if tag is not None:
        value["biz_opaque_callback_data"] = tag
    if error is not None:
        value["errors"] = [error.as_status_error()]
        return value
    category = template.category.lower() if template else "service"
    conversation: dict[str, Any] = {"id": hashlib.sha1(message_id.encode()).hexdigest(), "origin": {"type": category}}
    if state == "sent" and last_inbound_ms is not None:
        conversation["expiration_timestamp"] = str((last_inbound_ms + WINDOW_MS) // 1000)
    value["conversation"] = conversation
    value["pricing"] = {
        "billable": template is not None,
        "pricing_model": "PMP",
        "category": category,
        "type": "regular" if template else "free_customer_service",
    }
    return value
