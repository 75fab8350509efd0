"""Settings of the terms watch."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from wasl.config_base import Frozen


class TermsWatch(Frozen):
    """Watching the terms of the platforms and providers that this installation stands on."""

    watch: Literal["mine", "all", "none"] = Field(
        "mine",
        description="mine: documents that bear on configured channels and providers; all: every declared one; none: nothing is asked for.",
    )
    declarations: Path | None = Field(None, description="Folder with your own declarations (.toml), laid over those that come with Wasl.")
    contact: str = Field(
        "",
        max_length=200,
        description="Address under which you answer, told to the sites that are asked; server.public_url where it is left empty.",
    )
    mail_to: str = Field("", max_length=320, description="Who gets alerts and the weekly digest by mail; needs the section [mail].")
    ask_model: bool = Field(
        False, description="Whether your models are asked for a second opinion; they may raise a verdict, and lower none that matters."
    )
    ask_seconds: float = Field(30.0, gt=0, le=300, description="Longest wait for that opinion; then the rules' word stands.")
