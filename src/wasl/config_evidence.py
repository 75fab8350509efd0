"""Settings of evidence: what an operator says of the business in the pack for a platform's reviewer, and how months are counted."""

from pydantic import Field

from wasl.config_base import Frozen


class Presence(Frozen):
    """How the business shows itself on one channel, as a reviewer sees it. What is left out is left out of the pack."""

    legal_entity: str = Field("", description="Legal name of the business.")
    account: str = Field("", description="The platform's id of the business account.")
    number: str = Field("", description="The number or handle that customers write to.")
    category: str = Field("", description="The business category that the profile gives.")
    display_name: str = Field("", description="The name that customers see.")
    profile: str = Field("", description="The text of the profile.")
    greeting: str = Field("", description="The greeting that a first message is met with.")
    entry_points: tuple[str, ...] = Field((), description="Texts of advertisements, links and buttons that lead to the chat.")
    beside_the_bot: tuple[str, ...] = Field((), description="What the business is apart from the assistant: site, shop, orders handled.")
    opt_in: str = Field("", description="How customers agree to be written to.")


class EvidenceSettings(Frozen):
    """The month's figure and the evidence pack. See `wasl evidence`."""

    zone: str | None = Field(None, description="Time zone in which months and weeks begin, such as Asia/Riyadh; UTC when left out.")
    presence: dict[str, Presence] = Field(default_factory=dict, description="How the business shows itself, by channel name.")
    tools: tuple[str, ...] = Field((), description="Tools that the assistant may use, each with what it does.")
    data_lies: str = Field("", description="Where this installation's data lies (country, provider of the machine).")
    deletion: str = Field("", description="How a customer has data deleted; what Wasl does by itself is said in any case.")
    no_training: bool = Field(
        False, description="You declare that messages train no model of yours or anybody's. The pack says only what is declared."
    )
