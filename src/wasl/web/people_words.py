"""What the page of a person says of what happened to them."""

from collections.abc import Mapping

from wasl.web.words import mark

ACTS_ON_PEOPLE: Mapping[str, str] = {
    "link": mark("joined"),
    "unlink": mark("parted"),
    "relink": mark("joined again"),
    "merge": mark("joined"),
    "split": mark("address taken out"),
    "erase": mark("erased"),
    "hold": mark("legal hold"),
    "hold lifted": mark("legal hold ended"),
    "continue": mark("went on with a chat that was brought"),
    "export": mark("taken out"),
    "export link": mark("link to take everything out"),
    "proof code": mark("code that proves an old address"),
}
"""What is kept of what happened to a person."""

AUDIT_DETAILS: Mapping[str, str] = {
    "chat": mark("Chat"),
    "erasure": mark("Receipt"),
    "format": mark("Format"),
    "from": mark("From the conversation"),
    "kind": mark("Kind of address"),
    "link": mark("Link"),
    "one": mark("Conversation"),
    "other": mark("Other conversation"),
    "proof": mark("Proven by"),
    "reason": mark("Reason"),
    "scope": mark("What"),
    "to": mark("To"),
}
"""What is kept beside a step, by the name under which it is kept."""

AUDIT_VALUES: Mapping[str, str] = {
    "account": mark("an account"),
    "all": mark("everything"),
    "business-scoped id": mark("business-scoped id"),
    "channel": mark("a channel"),
    "chat": mark("some chats"),
    "code": mark("a code"),
    "e-mail": mark("e-mail"),
    "embed token": mark("the site's own sign-in"),
    "group": mark("a group"),
    "operator": mark("the operator"),
    "person": mark("one person"),
    "phone": mark("telephone"),
    "username": mark("user name"),
}
"""Values that are words and no ids."""
