"""Listed templates: what a platform says of the messages that it approves beforehand."""

from dataclasses import dataclass

APPROVED = "approved"
GONE = "gone"
"""Of a template that the platform does not list any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTemplate:
    """One template in one language, as the platform told of it at `told_ms` (0: it named no time).

    `status` is the platform's own word, in small letters; only "approved" may be sent. `category` is "" where it was not told. `carries`
    says that its body takes exactly one numbered value and nothing else of it takes any, so that an answer can be that value, of at most
    `characters_max`. `listed` is False for what is known by a webhook or a refusal alone.
    """

    name: str
    language: str
    status: str
    category: str = ""
    carries: bool = False
    characters_max: int = 0
    told_ms: int = 0
    listed: bool = True
