"""The words that scripts show, by the key under which a script asks for them."""

from collections.abc import Mapping


def mark(text: str) -> str:
    """Marks words for the catalogues; they are translated where they are shown."""
    return text


CHAT: Mapping[str, str] = {
    "today": mark("Today"),
    "yesterday": mark("Yesterday"),
    "you": mark("You"),
    "team": mark("Our team"),
    "notice": mark("Notice"),
    "unread": mark("New"),
    "writing": mark("{name} is writing"),
    "copy": mark("Copy"),
    "copied": mark("Copied"),
    "sending": mark("Sending…"),
    "waiting": mark("Waiting for the connection"),
    "kept": mark("Sent"),
    "refused": mark("This message could not be sent."),
    "again": mark("Try again"),
    "offline": mark("No connection. Trying again…"),
    "back": mark("Connected again."),
    "busy": mark("That was quick. Your message goes out in a moment."),
    "older": mark("Earlier messages"),
    "newer": mark("To the newest message"),
    "remove": mark("Remove {name}"),
    "uploading": mark("Uploading {name}"),
    "uploaded": mark("{name} is ready to send"),
    "too_large": mark("{name} is too large. At most {size}."),
    "not_taken": mark("{name} is of a kind that cannot be sent."),
    "upload_failed": mark("{name} could not be uploaded."),
    "open": mark("Open {name}"),
    "download": mark("Download {name}"),
    "picture": mark("Picture: {name}"),
    "said": mark("{name} said"),
    "answered_by": mark("Answered by {name}"),
    "via": mark("via {name}"),
}

NAME = mark("Wasl")
"""The assistant's name as long as nobody gave it another."""

DOCUMENTS = mark("our documents")
"""Who answers where no model does."""

TRIAL = (mark("When are you open on Friday?"), mark("Do you deliver?"), mark("What is there for breakfast?"), mark("How can I pay?"))
"""Questions that the invented business of a fresh installation can answer."""

TITLES = (mark("Web chat"),)
"""Titles of channels that have another name in another language; a platform keeps its own."""

CONSOLE: Mapping[str, str] = {
    **CHAT,
    "person": mark("Visitor"),
    "assistant": mark("Assistant"),
    "mark_queued": mark("Waiting to be sent"),
    "mark_sending": mark("Being sent"),
    "mark_unknown": mark("Not known whether it arrived"),
    "mark_sent": mark("Sent"),
    "mark_delivered": mark("Delivered"),
    "mark_read": mark("Read"),
    "mark_failed": mark("Not delivered"),
    "due": mark("waits for an answer"),
    "none": mark("Nobody has written yet."),
}
