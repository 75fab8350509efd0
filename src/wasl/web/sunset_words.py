"""The words of the console's pages about plans to leave, by the keys that plans use."""

from collections.abc import Mapping

from wasl.web.words import mark

STATES: Mapping[str, str] = {
    "draft": mark("draft"),
    "running": mark("under way"),
    "paused": mark("paused"),
    "closed": mark("closed"),
    "undone": mark("taken back"),
}
MILESTONE_WORDS: Mapping[str, str] = {
    "announce": mark("Announcement"),
    "remind": mark("Reminder"),
    "last week": mark("Last week"),
    "last day": mark("Last day"),
}
LOST: Mapping[str, str] = {
    "no consent": mark("do not want to be written to"),
    "failed": mark("the platform refuses them for good"),
    "erased": mark("are forgotten at their wish"),
    "no template": mark("lack an approved template"),
}
BECAME: Mapping[str, str] = {
    "told": mark("told, has not moved"),
    "waiting": mark("not told yet"),
    "no consent": mark("does not want to be written to"),
    "failed": mark("refused by the platform for good"),
    "erased": mark("forgotten at their wish"),
    "no template": mark("no approved template"),
}
SENT: Mapping[str, str] = {
    "queued": mark("waiting to be sent"),
    "sending": mark("being sent"),
    "unknown": mark("not known"),
    "sent": mark("sent"),
    "delivered": mark("delivered"),
    "read": mark("read"),
    "failed": mark("failed"),
    "overtaken": mark("overtaken by a later one"),
}
ACTS: Mapping[str, tuple[str, str]] = {
    "start": (mark("Start"), mark("From now on people are told as the milestones come. What was sent cannot be taken back.")),
    "pause": (mark("Pause"), mark("Nobody is told until it is started again. The day stays.")),
    "postpone": (mark("Postpone"), mark("The day moves. Nobody is told again what they were told.")),
    "undo": (mark("Call off"), mark("Nobody is told any more and nothing closes. Whoever moved keeps what they joined.")),
}
MODEL_STATES: Mapping[str, str] = {
    "tried": mark("not decided"),
    "planned": mark("planned"),
    "holds": mark("in its place"),
    "undone": mark("taken back"),
}
MODEL_WRONG: Mapping[str, str] = {
    "no day": mark("Give the day as year, month and day."),
    "itself": mark("A model cannot take its own place. Choose another."),
    "past": mark("That day is not to come any more. Give a later one."),
    "nobody takes": mark("Say for every model of the provider who takes its place."),
    "same provider": mark("That model is of the same provider and ends with it. Choose one of another provider."),
    "replaced already": mark("One of these models is replaced by another plan already. Take that back first."),
    "successor ends": mark("The one that would take the place is itself replaced before that day. Choose another."),
    "trial runs": mark("A trial is running; one is run at a time."),
}
