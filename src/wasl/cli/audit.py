"""`wasl audit`: somebody reads a month's sample, one message at a time, and says what each was for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wasl.cli.context import Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.tongue import spoken
from wasl.wire.isolate import sentences

if TYPE_CHECKING:
    from wasl.domain.ids import TurnId
    from wasl.domain.purpose import PurposeLabel

KEYS: Final[dict[str, "PurposeLabel"]] = {"b": "business", "g": "general", "m": "mixed", "n": "neutral", "u": "uncertain"}
WORDS: Final = {
    "en": {
        "left": "{left} of {whole:turn is|turns are} left for {rater}. What was each message for?",
        "keys": "b business   g general   m mixed   n neutral (greeting, thanks)   u cannot tell   s skip   q stop",
        "ask": "{number}/{left}", "said": "Asked:", "told": "Answered:", "gone": "Its words are gone; it is left out.",
        "done": "{rated} rated. `wasl evidence --figure` shows what follows.", "none": "Nothing is left for {rater}.",
    },
    "ar": {
        "left": "بقي {left} من {whole:دور مجرور} أمام {rater}. ما غرض كل رسالة؟",
        "keys": "b نشاط   g عام   m مختلط   n محايد (تحية، شكر)   u لا يتبين   s تخطٍّ   q توقف",
        "ask": "{number}/{left}", "said": "السؤال:", "told": "الجواب:", "gone": "ذهبت كلماتها؛ تُترك.",
        "done": "قُيّم {rated}. يبين `wasl evidence --figure` ما ينتج عنها.", "none": "لم يبق شيء أمام {rater}.",
    },
}  # fmt: skip


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def audit(
        channel: Annotated[str, typer.Option(help="A channel's name.", metavar="NAME")],
        month: Annotated[str, typer.Option(help="A month, as 2026-10.")],
        rater: Annotated[str, typer.Option(help="Who rates: two people use two names, and fifty turns are read by both.")],
        config: Config = None,
    ) -> None:
        """Shows the turns of a month's audit one by one, without personal data, and keeps what they were for."""
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        say = sentences(WORDS, spoken())
        compose.run(_audit(compose.installation(settings), channel, month, rater=rater, say=say))


async def _audit(installation: Installation, channel: str, month: str, *, rater: str, say: Mapping[str, str]) -> None:
    figures = installation.proving.figures
    async with installation.opened():
        left, whole = await figures.queue(channel, month, rater=rater)
        if not left:
            typer.echo(say["none"].format(rater=rater))
            return
        typer.echo(say["left"].format(left=len(left), whole=whole, rater=rater))
        typer.echo(say["keys"])
        rated = 0
        for number, one in enumerate(left, 1):
            typer.echo("")
            if not await _show(installation, one.turn_id, say=say):
                continue
            key = ""
            while key not in (*KEYS, "s", "q"):
                key = typer.prompt(say["ask"].format(number=number, left=len(left))).strip().casefold()[:1]
            if key == "q":
                break
            if key in KEYS:
                await figures.rate(one.turn_id, rater=rater, label=KEYS[key])
                rated += 1
        typer.echo(say["done"].format(rated=rated))


async def _show(installation: Installation, turn: "TurnId", *, say: Mapping[str, str]) -> bool:
    from wasl.wire.redact import redact

    words = await installation.store.purposes.words([turn])
    if not words or not words[0].question:
        typer.echo(say["gone"])
        return False
    own = await installation.store.purposes.names(turn)
    typer.echo(f"{say['said']} {redact(words[0].question, names=own)}")
    if words[0].reply:
        typer.echo(f"{say['told']} {redact(words[0].reply, names=own)[:600]}")
    return True
