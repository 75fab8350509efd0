"""Settings of what Wasl owes people and its operator: opt-out, a human, disclosure, moderation, alarms."""

from typing import Literal

from pydantic import Field, SecretStr

from wasl.config_base import Frozen

Words = dict[str, str]


class OptOut(Frozen):
    """Words by which a person ends what we send them on a channel, and comes back."""

    words: tuple[str, ...] = Field((), description="Further words that end it, beside the common ones and those of the rules.")
    words_left_out: tuple[str, ...] = Field((), description="Common words that mean something else to your customers, such as a name.")
    words_back: tuple[str, ...] = Field((), description="Further words that begin it again, beside START and those of the rules.")
    farewell: Words = Field(default_factory=dict, description="Your own words of the one confirmation, by language (ar, en).")
    welcome: Words = Field(default_factory=dict, description="Your own words for who comes back, by language.")
    help: Words = Field(default_factory=dict, description="Your own answer to HELP where the rules of a channel ask for one, by language.")


class Handoff(Frozen):
    """The way to a human."""

    enabled: bool = Field(True, description="Whether people are handed to a human when they ask for one.")
    words: tuple[str, ...] = Field((), description="Further phrases by which people ask for a human, such as your team's name.")
    text: Words = Field(default_factory=dict, description="Your own words for who was handed to a human, by language (ar, en).")
    wait_minutes: float = Field(60.0, gt=0, le=43_200, description="How long a person waits for a human before the assistant goes on.")
    return_minutes: float = Field(
        120.0, gt=0, le=43_200, description="How long after a human's last word the assistant takes the conversation back by itself."
    )
    operator_takes: bool = Field(
        True, description="A word of yours, from the console or the platform's own app, keeps the assistant silent there."
    )


class Disclosure(Frozen):
    """Saying that an AI answers."""

    when: Literal["required", "always", "never"] = Field(
        "required", description="required: where a rule asks. always: at every session's start. never: you say it elsewhere yourself."
    )
    text: Words = Field(default_factory=dict, description="Your own words, by language (ar, en).")
    pause_hours: float = Field(24.0, gt=0, le=8_760, description="Silence after which a new session begins.")
    offer_human: bool = Field(True, description="Say there, too, how to reach a human, where a rule asks for a way to one.")


class Alarms(Frozen):
    """Who is told when a platform shows signs of trouble, or a person waits for a human."""

    mail_to: str | None = Field(None, description="Address that gets a letter; needs [mail].")
    command: tuple[str, ...] = Field((), description="A program that is run; it reads the alarm as JSON.")
    url: str | None = Field(None, pattern=r"^https?://[^\s]+$", description="An address that gets the alarm by POST as JSON.")
    secret: SecretStr | None = Field(None, description="Signs what is posted there (HMAC-SHA256, header x-wasl-signature).")
    language: Literal["", "ar", "en"] = Field("", description="Language of the alarms; that of the pages when left out.")
    on_trouble: Literal["strict", "business only", "no campaigns", "nothing"] = Field(
        "strict",
        description="What a channel may still do after a sign of trouble, until you clear it: strict forbids whatever is unsure, answers"
        " only what your scope holds, and sends no campaigns; the others do only what they say.",
    )
    repeat_hours: float = Field(24.0, gt=0, le=720, description="An alarm of the same kind is told again after this long at the earliest.")


class Moderation(Frozen):
    """Looking at words before a model is asked, and at its answer before it is sent."""

    lists: tuple[Literal["insults", "sexual", "drugs", "secrets"], ...] = Field(
        (), description="Built-in lists of words and patterns that are looked for."
    )
    patterns: tuple[str, ...] = Field((), description="Your own words that are looked for; a star stands for any letters of a word.")
    command: tuple[str, ...] = Field((), description="A program of yours that is asked: it reads JSON and writes JSON.")
    url: str | None = Field(None, pattern=r"^https?://[^\s]+$", description="An address of yours that is asked, by POST with JSON.")
    token: SecretStr | None = Field(None, description="Bearer token for that address.")
    seconds: float = Field(3.0, gt=0, le=60, description="Longest wait for the program or the address.")
    looks_at: tuple[Literal["question", "answer"], ...] = Field(("question", "answer"), description="What is looked at.")
    when_it_fails: Literal["pass", "hold"] = Field(
        "pass", description="When program or address do not answer: pass lets the words through, hold hands the conversation to a human."
    )
    refusal: Words = Field(default_factory=dict, description="Your own words where something is refused, by language (ar, en).")
    emergencies: bool = Field(True, description="Answer words of self-harm and danger to life with a text of yours, and tell a human.")
    emergency: Words = Field(default_factory=dict, description="That text, by language: name the help that your people can call.")
    emergency_words: tuple[str, ...] = Field((), description="Further phrases of an emergency.")
