"""The words of the console's pages about leaving, by the keys that the register and the services use."""

from collections.abc import Mapping

from wasl.web.words import mark

ENTRY_KINDS: Mapping[str, str] = {
    "channel platform": mark("channel platform"),
    "model provider": mark("model provider"),
    "cloud": mark("cloud"),
    "region": mark("region"),
    "domain": mark("domain"),
    "mail relay": mark("mail relay"),
    "database": mark("database"),
    "copies": mark("place of backups"),
    "payment": mark("payment"),
    "console": mark("console with keys"),
}
FACT_TOPICS: Mapping[str, str] = {
    "notice": mark("notice"),
    "suspension": mark("suspension"),
    "change of terms": mark("change of terms"),
    "exclusivity": mark("exclusivity"),
    "first refusal": mark("first refusal"),
    "regions": mark("regions"),
    "data use": mark("data use"),
    "training": mark("training"),
    "visible data": mark("visible data"),
    "spend": mark("committed spend"),
    "credits": mark("credits"),
    "price": mark("price"),
    "payment": mark("payment"),
    "models": mark("models"),
    "leaving": mark("leaving"),
    "export": mark("export"),
    "access": mark("access"),
    "note": mark("note"),
}
ABLE: Mapping[str, str] = {
    "sending pictures": mark("sending pictures"),
    "voice notes": mark("voice notes"),
    "sending audio": mark("sending audio"),
    "sending videos": mark("sending videos"),
    "sending files": mark("sending files"),
    "stickers": mark("stickers"),
    "sending animations": mark("sending animations"),
    "showing answers as they grow": mark("showing answers as they grow"),
    "the typing mark": mark("the typing mark"),
    "writing first, by template": mark("writing first, by template"),
    "buttons": mark("buttons"),
    "seeing pictures": mark("seeing pictures"),
}
DRILL_HOW: Mapping[str, str] = {
    "refused": mark("the connection is refused"),
    "disabled": mark("the account is closed"),
    "silence": mark("no answer comes"),
    "throttled": mark("asked to slow down for ever"),
    "away": mark("away for a few seconds"),
}
STAND_INS: Mapping[str, str] = {
    "models": mark("Models: an echo in each provider's own wire format; its words, tokens and speed are not the models'."),
    "platforms": mark("Platforms: they take every message; no limit, window or receipt is played."),
}
SINCE_LAST: Mapping[str, str] = {
    "answered": mark("answered, of what was asked"),
    "unanswered": mark("not answered, of what was asked"),
    "stored_for_later": mark("stored for later, of what was asked"),
    "told_elsewhere": mark("told through another way, of what was asked"),
    "delay_p95_ms": mark("time within which 95 of 100 were answered"),
}
DRILL_ROUNDS: Mapping[str, str] = {
    "usual": mark("First as usual: {answered} of {asked} answered."),
    "lost": mark("Now with the loss: {answered} of {asked} answered."),
}
DRILL_WRONG: Mapping[str, str] = {
    "nothing named": mark("Choose what is lost."),
    "unknown": mark("This installation does not stand on that. Choose from the list."),
    "not rehearsed": mark("That loss cannot be rehearsed here: it stops nothing by itself, or it would stop the drill too."),
    "nobody asked": mark("Nobody has asked anything yet: a shadow drill needs some traffic to ask again."),
    "routing only": mark("A live drill takes models away from answering, nothing else. Rehearse this loss in shadow."),
    "none left": mark("Nobody would be left to answer, so people would go unanswered. Rehearse this loss in shadow."),
    "running": mark("Another drill is running; one is run at a time."),
}
