"""The words that scripts show, by the key under which a script asks for them."""

from collections.abc import Mapping
from typing import NamedTuple


class Counting(NamedTuple):
    """Words that change with the number in them: of one, and of any other."""

    one: str
    many: str


def mark(text: str) -> str:
    """Marks words for the catalogues; they are translated where they are shown."""
    return text


def mark_counting(one: str, many: str) -> Counting:
    """Marks words that count for the catalogues."""
    return Counting(one, many)


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

COSTS: Mapping[str, str] = {
    "person": mark("Person"),
    "channel": mark("Channel"),
    "provider": mark("Provider"),
    "model": mark("Model"),
    "country": mark("Country"),
    "day": mark("Day"),
    "conversation": mark("Conversation"),
    "work": mark("Kind of work"),
}
"""By what the page of costs sums."""

NAME = mark("Wasl")
"""The assistant's name as long as nobody gave it another."""

DOCUMENTS = mark("our documents")
"""Who answers where no model does."""

TRIAL = (mark("When are you open on Friday?"), mark("Do you deliver?"), mark("What is there for breakfast?"), mark("How can I pay?"))
"""Questions that the invented business of a fresh installation can answer."""

TITLES = (mark("Web chat"),)
"""Titles of channels that have another name in another language; a platform keeps its own."""

FORMATS = (
    mark("Wasl archive"), mark("JSON lines"), mark("HTML pages"), mark("Markdown"), mark("vCon, unsigned"), mark("Mails (mbox)"),
    mark("OpenAI chat JSON lines"), mark("Text, as a phone's chat export"),
)  # fmt: skip
"""Titles of formats in which everything can leave; other products keep their names."""

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
    "why": mark("Why"),
    "why_about": mark("Why: what the rules said about this message"),
    "due": mark("waits for an answer"),
    "none": mark("Nobody has written yet."),
}

OUTCOMES: Mapping[str, str] = {
    "answered": mark("answered"),
    "Throttled": mark("asked to slow down"),
    "Unavailable": mark("was down"),
    "Unclear": mark("broke off, result unknown"),
    "CutShort": mark("broke off in the middle"),
    "Unauthorised": mark("refused the key"),
    "SettingWrong": mark("set up wrongly"),
    "Refused": mark("refused the request"),
    "ContentRefused": mark("refused to answer"),
    "ContextTooLong": mark("the talk was too long"),
    "Malformed": mark("answered in no known form"),
    "TooLarge": mark("answered too much"),
    "Cancelled": mark("called off"),
}
"""What became of calls to models, by the names under which they are kept."""

ACT_STATES: Mapping[str, str] = {
    "due": mark("waits for an answer"),
    "answered": mark("answered"),
    "noted": mark("closed without an answer"),
    "queued": mark("waiting to be sent"),
    "sending": mark("being sent"),
    "unknown": mark("not known whether it arrived"),
    "sent": mark("sent"),
    "delivered": mark("delivered"),
    "read": mark("read"),
    "failed": mark("failed"),
}
"""How a turn or a delivery stands."""

JUDGES: Mapping[str, str] = {
    "guard": mark("Rules on answering"),
    "gate": mark("Rules on sending"),
    "purpose": mark("Purpose"),
    "budget": mark("Budget"),
    "moderation": mark("Moderation"),
    "disclosure": mark("That an AI answers"),
    "opt_out": mark("The person's own wish"),
    "handoff": mark("A human"),
    "sunset": mark("The channel's end"),
}
"""Who judged an answer or a sending, by the names under which verdicts are kept."""

IMPORT_STATES: Mapping[str, str] = {
    "reading": mark("is being read"),
    "waiting": mark("waits"),
    "done": mark("brought"),
    "stopped": mark("stopped"),
}

COUNTED: Mapping[str, str] = {
    "conversation": mark("Conversations"),
    "message": mark("Messages"),
    "turn": mark("Answers"),
    "delivery": mark("Deliveries"),
    "address": mark("Addresses"),
    "link": mark("Links"),
    "raw": mark("Raw requests"),
    "consent": mark("Consents"),
    "handoff": mark("Conversations with a human"),
    "token": mark("Codes and sign-ins"),
    "timer": mark("Timers"),
    "usage": mark("Bills of answers"),
    "import": mark("Imports"),
    "source file": mark("Files as they came"),
    "imported chat": mark("Brought chats"),
    "imported message": mark("Brought messages"),
    "file": mark("Files"),
}
"""What an erasure counts, by the names that the service gives."""

WHO = (mark("person"), mark("operator"), mark("system"))
"""Who did something, as the audit names them."""

WHY: Mapping[str, str] = {
    "asked": mark("asked for a human"),
    "emergency": mark("sounds like an emergency"),
    "moderation": mark("held by moderation"),
    "operator": mark("a human answered"),
    "rule": mark("a rule asks for a human"),
}
"""Why a conversation is with a human."""

TEMPLATE_STATUSES: Mapping[str, str] = {
    "approved": mark("approved"),
    "pending": mark("in review"),
    "rejected": mark("rejected by the platform"),
    "paused": mark("paused by the platform"),
    "disabled": mark("switched off by the platform"),
    "missing": mark("not known to the platform"),
    "gone": mark("no longer listed"),
}
"""What a platform says of a template."""

STANDINGS: Mapping[str, str] = {
    "allowed": mark("allowed"),
    "needs": mark("allowed, with a duty"),
    "charged": mark("allowed and charged"),
    "waits": mark("must wait"),
    "denied": mark("forbidden"),
}
"""What a channel allows, as the map of the rules says it."""

EFFECTS: Mapping[str, str] = {
    "allow": mark("allows"),
    "deny": mark("forbids"),
    "require": mark("requires"),
    "limit": mark("limits"),
    "charge": mark("charges"),
    "warn": mark("warns"),
}

RULE_CHANGES: Mapping[str, str] = {"begins": mark("begins"), "ends": mark("ends"), "review": mark("to be looked at again")}

TERMS_SEEN: Mapping[str, str] = {
    "changed": mark("It has changed"),
    "first": mark("Taken in for the first time"),
    "same": mark("Nothing has changed"),
    "waiting": mark("Seen once"),
    "returned": mark("As it was before"),
    "quarantined": mark("Not the declared page"),
    "failed": mark("It could not be read"),
}
"""What became of a page that was brought."""

TERMS_STATES = {
    "well": mark("seen"),
    "unseen": mark("not seen yet"),
    "manual": mark("brought by hand"),
    "wanted": mark("to be brought by hand: programs may not fetch it"),
    "listed": mark("the provider's list and the model cards, looked at daily"),
    "quarantined": mark("not the declared page"),
    "problem": mark("cannot be seen now"),
}
"""How watching a document of terms stands."""

TERMS_VERDICTS = {"material": mark("material"), "editorial": mark("editorial"), "cosmetic": mark("cosmetic")}
"""What a change of terms is."""

TERMS_TOPICS = {
    "ai-use": mark("use of AI"),
    "data-use": mark("use of data"),
    "access-termination": mark("end of access"),
    "price-fees": mark("prices and fees"),
    "liability": mark("liability"),
    "privacy": mark("privacy"),
    "eligibility": mark("who may use it"),
    "ip": mark("rights in works and names"),
    "dispute": mark("disputes"),
    "content-rules": mark("rules for content"),
    "announcement": mark("announcement"),
    "multiple": mark("many matters"),
}
"""What a change of terms is about."""

TERMS_WHAT = {
    "new": mark("new"),
    "told": mark("told"),
    "rule": mark("a rule was made"),
    "not_for_us": mark("not for us"),
    "remind": mark("a reminder is set"),
    "stale": mark("to be read again"),
    "confirmed": mark("confirmed"),
    "ended": mark("ended"),
    "drafted": mark("drafted"),
    "rejected": mark("rejected"),
}
"""What was done about a change, and the steps of a rule."""

PURPOSES: Mapping[str, str] = {
    "business": mark("the business's"),
    "general": mark("general"),
    "mixed": mark("both"),
    "neutral": mark("neutral"),
    "uncertain": mark("uncertain"),
}
"""What a message may be for."""

VERDICTS: Mapping[str, str] = {
    "allow": mark("allowed"),
    "rewrite": mark("allowed in other words or sizes"),
    "hold": mark("not yet"),
    "refuse": mark("forbidden"),
}
"""What the rules said of an act."""

WAITS: Mapping[str, str] = {
    "person": mark("It goes out as soon as the person writes."),
    "operator": mark("It waits for something that only you can do."),
    "time": mark("It waits for its time."),
}
"""For what a held message waits."""

ACT_KINDS: Mapping[str, str] = {"turn": mark("Answer"), "delivery": mark("Delivery")}
"""What was judged."""
