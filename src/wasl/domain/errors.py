"""The one tree of named errors, cut by what the caller may do about each.

WaslError
├── FixSettings              the operator must change a setting or a credential
│   ├── SettingWrong         a key is unknown, missing, or has a value that cannot be used
│   └── Unauthorised         the other side refused our credential
├── RefusedInput             what came in cannot be taken; nothing was stored
│   ├── Malformed            the bytes are not what the format says
│   ├── Forged               the proof of origin is missing or wrong
│   ├── TooLarge             more bytes or items than the named limit
│   └── Unsafe               a container that would reach outside itself, or unpack without end
├── RetryLater               the same act may succeed later
│   ├── Throttled            told to slow down; carries the seconds when known
│   ├── Unavailable          the other side is down or failed before it took the request
│   ├── Unclear              the request may or may not have been carried out
│   ├── StoreDown            the database cannot commit now
│   └── CutShort             a stream ended, stalled or broke before its end mark
├── NeverRetry               the same act will fail again
│   ├── Refused              the other side refuses this content or these parameters
│   ├── Gone                 the address cannot be reached any more (blocked, closed, not on the platform)
│   ├── ContextTooLong       the prompt does not fit this model
│   └── NoAnswer             nothing was answered; carries the usage of the calls that were made
│       ├── ContentRefused   a model's own safety rule refused; no other model is asked
│       └── Unroutable       no candidate is left that may answer now
├── HeldByRule               a rule forbids it now
│   ├── Spent                a budget is used up
│   ├── Held                 the platform holds the account, the number or the window
│   └── OnHold               a legal hold forbids erasing
└── Fenced                   another worker has taken the lease; what was prepared is thrown away
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wasl.domain.turn import UsageRecord


class WaslError(Exception):
    """Something Wasl knows by name went wrong."""

    def __init__(self, message: str = "", **facts: object) -> None:
        self.message = message or (type(self).__doc__ or "").strip().split("\n")[0]
        self.facts = facts
        super().__init__(self.message)


class FixSettings(WaslError):
    """A setting or a credential must be changed before this can work."""


class SettingWrong(FixSettings):
    """A setting is unknown, missing, or has a value that cannot be used."""


class Unauthorised(FixSettings):
    """The other side refused the credential."""


class RefusedInput(WaslError):
    """What came in cannot be taken; nothing was stored."""


class Malformed(RefusedInput):
    """The bytes are not what the format says they are."""


class Forged(RefusedInput):
    """The proof of origin is missing or wrong."""


class TooLarge(RefusedInput):
    """There are more bytes or items than the limit allows."""


class Unsafe(RefusedInput):
    """A container would reach outside itself, or unpack without end."""


class RetryLater(WaslError):
    """It did not work now; the same act may succeed later.

    `seconds` is the wait the other side asked for, or None when it named none.
    """

    def __init__(self, message: str = "", *, seconds: float | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        self.seconds = seconds


class Throttled(RetryLater):
    """The other side asks to slow down."""


class Unavailable(RetryLater):
    """The other side is down, or failed before it took the request."""


class Unclear(RetryLater):
    """The request may or may not have been carried out: the connection broke after it was written."""


class StoreDown(RetryLater):
    """The database cannot commit now."""


class CutShort(RetryLater):
    """A stream ended, stalled or broke before its end mark."""


class NeverRetry(WaslError):
    """The same act will fail again."""


class Refused(NeverRetry):
    """The other side refuses this content or these parameters."""


class Gone(NeverRetry):
    """The address cannot be reached any more."""


class ContextTooLong(NeverRetry):
    """The prompt does not fit this model."""


class NoAnswer(NeverRetry):
    """No answer was made.

    `records` are the UsageRecords of the calls that were made all the same; `seconds` is the earliest wait after which a
    candidate may be asked again, None when time alone will not help.
    """

    def __init__(
        self, message: str = "", *, records: "tuple[UsageRecord, ...]" = (), seconds: float | None = None, **facts: object
    ) -> None:
        super().__init__(message, **facts)
        self.records = records
        self.seconds = seconds


class ContentRefused(NoAnswer):
    """The model's own safety rule refused to answer."""


class Unroutable(NoAnswer):
    """No candidate is left that may answer."""


class HeldByRule(WaslError):
    """A rule forbids it now."""


class Spent(HeldByRule):
    """A budget of the operator's is used up."""


class Held(HeldByRule):
    """The platform holds the account, the number, the template or the window."""


class OnHold(HeldByRule):
    """A legal hold forbids erasing this person."""


class Fenced(WaslError):
    """Another worker has taken the lease; what was prepared here is thrown away."""


Failure = Throttled | Unavailable | Unclear | Refused | Unauthorised | Gone | Held
"""What `explain` may answer about a Reply."""
