"""What the WhatsApp Cloud API checks in a request to send, and the error it answers with.

Codes and limits: Meta's error code page (2026-05-15), OpenAPI file v23.0 (2025-11-21), business-scoped user ids (2026-05-28).
The HTTP statuses are the simulator's best knowledge: an adapter must go by the code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TEXT_MAX = 4096
CAPTION_MAX = 1024
BODY_MAX = 1024
FOOTER_MAX = 60
HEADER_MAX = 60
BUTTONS_MAX = 3
BUTTON_ID_MAX = 256
BUTTON_TITLE_MAX = 20
LIST_ROWS_MAX = 10
ROW_ID_MAX = 200
ROW_TITLE_MAX = 24
ROW_DESCRIPTION_MAX = 72
OPENER_MAX = 20
TAG_MAX = 512

MEDIA_BYTES_MAX: Mapping[str, int] = {"image": 5 << 20, "audio": 16 << 20, "video": 16 << 20, "document": 100 << 20, "sticker": 500 << 10}
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "video": ("video/mp4", "video/3gpp"),
    "sticker": ("image/webp",),
}
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
PHONE = re.compile(r"\+?[0-9][0-9 ()\-.]{5,24}")

_TITLES: Mapping[int, tuple[int, str]] = {
    4: (400, "Application request limit reached"),
    33: (400, "Unsupported request"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    131000: (500, "Something went wrong"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "Pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user id is not supported for this message"),
    132000: (400, "Template parameter count mismatch"),
    132001: (404, "Template does not exist"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
}


class GraphError(Exception):
    """The platform answers with an error: `code`, `details`, and where it is known a `subcode`."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None, status: int | None = None) -> None:
        known_status, self.title = _TITLES.get(code, (400, "Error"))
        self.code = code
        self.details = details or self.title
        self.subcode = subcode
        self.status = known_status if status is None else status
        super().__init__(f"(#{code}) {self.title}: {self.details}")

    def as_json(self, *, trace: str) -> dict[str, Any]:
        """Writes the error body."""
        kind = "OAuthException"
        error: dict[str, Any] = {"message": f"(#{self.code}) {self.title}", "type": kind, "code": self.code}
        if self.code == 100:
            error["message"] = f"(#100) {self.details}"
        else:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = trace
        return {"error": error}

    def as_status_error(self) -> dict[str, Any]:
        """Writes the error as a `failed` status carries it."""
        return {"code": self.code, "title": self.title, "message": self.title, "error_data": {"details": self.details}}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTemplate:
    """A template of the account; `parameters` is the number of values its body takes."""

    name: str
    language: str
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] = "UTILITY"
    status: Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"] = "APPROVED"
    parameters: int = 0
    body: str = ""

    def rendered(self, values: list[str]) -> str:
        """Puts the values in their places."""
        return re.sub(r"\{\{(\d+)\}\}", lambda m: values[int(m[1]) - 1] if 0 < int(m[1]) <= len(values) else m[0], self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A request to send that has the right shape. `content` is what the phone gets."""

    to: str | None
    recipient: str | None
    kind: str
    content: dict[str, Any]
    reply_to: str | None
    tag: str | None
    template: KnownTemplate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the checks need to know about the business."""

    templates: Mapping[tuple[str, str], KnownTemplate] = field(default_factory=dict)
    has_media: Callable[[str], bool] = lambda media_id: False


def checked(body: Mapping[str, Any], *, account: Account) -> Sending:
    """Checks a body of POST …/messages. Raises GraphError."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    to, recipient = _recipients(body)
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in _CHECKS:
        raise GraphError(131009, f"type {kind!r} is not a message type")
    content = {"contacts": _objects(body, kind, where="message", most=256)} if kind == "contacts" else body.get(kind)
    if not isinstance(content, dict):
        raise GraphError(131008, f"The parameter {kind} is required for type {kind}")
    template = _CHECKS[kind](kind, content, account)
    context = body.get("context")
    reply_to = _optional(context, "message_id") if isinstance(context, dict) else None
    tag = _optional(body, "biz_opaque_callback_data", most=TAG_MAX)
    return Sending(to=to, recipient=recipient, kind=kind, content=content, reply_to=reply_to, tag=tag, template=template)


def _recipients(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(131009, "recipient_type must be individual or group")
    to, recipient = body.get("to"), body.get("recipient")
    if to is None and recipient is None:
        raise GraphError(100, "The parameter to is required.")
    if to is not None and (not isinstance(to, str) or not PHONE.fullmatch(to)):
        raise GraphError(131009, "to must be a phone number; a business-scoped user id goes into recipient")
    if recipient is not None and (not isinstance(recipient, str) or not BSUID.fullmatch(recipient)):
        raise GraphError(131009, "recipient must be a business-scoped user id")
    return to, recipient


def _text(value: Mapping[str, Any], name: str, *, most: int, where: str, long_code: int = 131009) -> str:
    found = value.get(name)
    if found is None or found == "":
        raise GraphError(131008, f"The parameter {where}['{name}'] is required.")
    if not isinstance(found, str):
        raise GraphError(131009, f"Param {where}['{name}'] must be a string")
    if len(found) > most:
        raise GraphError(long_code, f"Param {where}['{name}'] must be at most {most} characters long.")
    return found


def _optional(value: Mapping[str, Any], name: str, *, most: int = 4096) -> str | None:
    return None if value.get(name) in (None, "") else _text(value, name, most=most, where="message")


def _object(value: Mapping[str, Any], name: str, *, where: str) -> dict[str, Any]:
    found = value.get(name)
    if not isinstance(found, dict):
        raise GraphError(131008, f"The parameter {where}['{name}'] is required.")
    return found


def _objects(value: Mapping[str, Any], name: str, *, where: str, most: int) -> list[dict[str, Any]]:
    found = value.get(name)
    if not isinstance(found, list) or not found:
        raise GraphError(131008, f"The parameter {where}['{name}'] is required.")
    if len(found) > most:
        raise GraphError(131009, f"{where}['{name}'] takes 1 to {most} entries, not {len(found)}")
    if not all(isinstance(item, dict) for item in found):
        raise GraphError(131009, f"{where}['{name}'] must hold objects")
    return found


def _check_text(kind: str, content: dict[str, Any], account: Account) -> None:
    _text(content, "body", most=TEXT_MAX, where="text", long_code=100)


def _check_media(kind: str, content: dict[str, Any], account: Account) -> None:
    media_id, link = content.get("id"), content.get("link")
    if (media_id is None) == (link is None):
        raise GraphError(131008, f"One of {kind}['id'] and {kind}['link'] is required.")
    if media_id is not None and (not isinstance(media_id, str) or not account.has_media(media_id)):
        raise GraphError(131009, f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
    if link is not None and (not isinstance(link, str) or not link.startswith(("http://", "https://"))):
        raise GraphError(131009, f"Param {kind}['link'] must be a URL")
    if content.get("caption") not in (None, ""):
        if kind in ("audio", "sticker"):
            raise GraphError(131009, f"{kind} takes no caption")
        _text(content, "caption", most=CAPTION_MAX, where=kind)


def _check_location(kind: str, content: dict[str, Any], account: Account) -> None:
    for name, bound in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(content[name])
        except KeyError as error:
            raise GraphError(131008, f"The parameter location['{name}'] is required.") from error
        except (TypeError, ValueError, OverflowError) as error:
            raise GraphError(131009, f"location['{name}'] must be a number") from error
        if not -bound <= value <= bound:
            raise GraphError(131009, f"location['{name}'] must be from -{bound} to {bound}")


def _check_contacts(kind: str, content: dict[str, Any], account: Account) -> None:
    for contact in content["contacts"]:
        _text(_object(contact, "name", where="contact"), "formatted_name", most=1000, where="contact['name']")


def _check_reaction(kind: str, content: dict[str, Any], account: Account) -> None:
    _text(content, "message_id", most=512, where="reaction")
    if not isinstance(content.get("emoji"), str):
        raise GraphError(131008, "The parameter reaction['emoji'] is required.")


def _check_interactive(kind: str, content: dict[str, Any], account: Account) -> None:
    which = content.get("type")
    checks = {
        "button": _check_buttons,
        "list": _check_list,
        "cta_url": _check_link_button,
        "location_request_message": _check_plain_action,
        "flow": _check_plain_action,
    }
    if not isinstance(which, str) or which not in checks:
        raise GraphError(131009, f"interactive['type'] {which!r} is not known")
    _text(_object(content, "body", where="interactive"), "text", most=BODY_MAX, where="interactive['body']")
    if content.get("footer") is not None:
        _text(_object(content, "footer", where="interactive"), "text", most=FOOTER_MAX, where="interactive['footer']")
    header = content.get("header")
    if isinstance(header, dict) and header.get("type") == "text":
        _text(header, "text", most=HEADER_MAX, where="interactive['header']")
    checks[which](_object(content, "action", where="interactive"))


def _check_buttons(action: dict[str, Any]) -> None:
    replies = []
    for button in _objects(action, "buttons", where="action", most=BUTTONS_MAX):
        if button.get("type") != "reply":
            raise GraphError(131009, "the type of a button must be reply")
        reply = _object(button, "reply", where="button")
        _text(reply, "title", most=BUTTON_TITLE_MAX, where="reply")
        replies.append((_text(reply, "id", most=BUTTON_ID_MAX, where="reply"), reply["title"]))
    for place, name in ((0, "ids"), (1, "titles")):
        if len({reply[place] for reply in replies}) < len(replies):
            raise GraphError(131009, f"the {name} of buttons must differ")


def _check_list(action: dict[str, Any]) -> None:
    _text(action, "button", most=OPENER_MAX, where="action")
    sections = _objects(action, "sections", where="action", most=LIST_ROWS_MAX)
    ids: list[str] = []
    for section in sections:
        if len(sections) > 1 or section.get("title") not in (None, ""):
            _text(section, "title", most=ROW_TITLE_MAX, where="section")
        for row in _objects(section, "rows", where="section", most=LIST_ROWS_MAX):
            ids.append(_text(row, "id", most=ROW_ID_MAX, where="row"))
            _text(row, "title", most=ROW_TITLE_MAX, where="row")
            if row.get("description") not in (None, ""):
                _text(row, "description", most=ROW_DESCRIPTION_MAX, where="row")
    if len(ids) > LIST_ROWS_MAX:
        raise GraphError(131009, f"a list takes {LIST_ROWS_MAX} rows in all, not {len(ids)}")
    if len(set(ids)) < len(ids):
        raise GraphError(131009, "the ids of rows must differ")


def _check_link_button(action: dict[str, Any]) -> None:
    parameters = _object(action, "parameters", where="action")
    _text(parameters, "display_text", most=OPENER_MAX, where="parameters")
    if not _text(parameters, "url", most=2000, where="parameters").startswith(("http://", "https://")):
        raise GraphError(131009, "parameters['url'] must be a URL")


def _check_plain_action(action: dict[str, Any]) -> None:
    _text(action, "name", most=100, where="action")


def _check_template(kind: str, content: dict[str, Any], account: Account) -> KnownTemplate:
    name = _text(content, "name", most=512, where="template")
    code = _text(_object(content, "language", where="template"), "code", most=20, where="template['language']")
    known = account.templates.get((name, code))
    if known is None or known.status in ("PENDING", "REJECTED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {code}, or is not approved")
    if known.status == "PAUSED":
        raise GraphError(132015, f"template {name} is paused because of low quality")
    if known.status == "DISABLED":
        raise GraphError(132016, f"template {name} is disabled")
    given = len(template_values(content))
    if given != known.parameters:
        raise GraphError(132000, f"body: number of localizable_params ({given}) does not match the expected number ({known.parameters})")
    return known


def template_values(content: Mapping[str, Any]) -> list[str]:
    """Gives the values of a template's body in order."""
    components = content.get("components")
    for component in components if isinstance(components, list) else []:
        if isinstance(component, dict) and str(component.get("type", "")).lower() == "body":
            parameters = component.get("parameters")
            if isinstance(parameters, list):
                return [str(p.get("text", "")) for p in parameters if isinstance(p, dict)]
    return []


_CHECKS: Mapping[str, Callable[[str, dict[str, Any], Account], KnownTemplate | None]] = {
    "text": _check_text,
    "image": _check_media,
    "audio": _check_media,
    "video": _check_media,
    "document": _check_media,
    "sticker": _check_media,
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "interactive": _check_interactive,
    "template": _check_template,
}
