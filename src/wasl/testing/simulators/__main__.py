"""Runs simulators alone: `python -m wasl.testing.simulators whatsapp --hook http://127.0.0.1:8080/hooks/whatsapp`.

Prints one JSON line once it listens: the platform's `url`, the `control` address, and what a client must know (token, secret).
Ends with SIGINT or SIGTERM.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wasl.testing.simulators.models import MODELS, ModelsSimulator, SimulatedModel
from wasl.testing.simulators.simulator import Simulator
from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.telegram_people import TelegramAccount
from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.testing.simulators.whatsapp_account import WhatsAppAccount


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m wasl.testing.simulators", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    whatsapp = kinds.add_parser("whatsapp", help="the WhatsApp Cloud API")
    telegram = kinds.add_parser("telegram", help="the Telegram Bot API")
    models = kinds.add_parser("models", help="one model provider")
    for each in (whatsapp, telegram, models):
        each.add_argument("--port", type=int, default=0, help="0 takes any free port")
        each.add_argument("--feed", action="store_true", help="keep what happens for GET /_control/feed")
    for each in (whatsapp, telegram):
        each.add_argument("--hook", default="", help="where webhooks go")
        each.add_argument("--time-scale", type=float, default=1.0, help="stretches the pauses between tries of a webhook")
        each.add_argument("--no-pace", action="store_true", help="switch the platform's rate limits off (for benches)")
    whatsapp.add_argument("--receipts", default="sent,delivered", help="statuses after each message, with commas; may be empty")
    telegram.add_argument("--secret", default="", help="secret token of the webhook")
    models.add_argument("--key", default="sk-simulated")
    models.add_argument("--model", action="append", default=[], help="a further model name; may be repeated")
    models.add_argument("--first-token-seconds", type=float, default=0.0)
    models.add_argument("--word-seconds", type=float, default=0.0)
    return parser.parse_args(arguments)


def made(options: argparse.Namespace) -> tuple[Simulator, dict[str, Any]]:
    """Makes the simulator and what its clients must know."""
    if options.kind == "whatsapp":
        states = [state for state in options.receipts.split(",") if state]
        unknown = [state for state in states if state not in ("sent", "delivered", "read")]
        if unknown:
            raise SystemExit(f"--receipts: {unknown[0]!r} is not sent, delivered or read")
        account = WhatsAppAccount(receipts=tuple(states))
        if options.no_pace:
            account = replace(account, per_second=0.0, pair_seconds=0.0)
        whatsapp = WhatsAppSimulator(account, hook_url=options.hook)
        whatsapp.hooks.time_scale = options.time_scale
        known = ("phone_number_id", "account_id", "access_token", "app_secret", "verify_token")
        return whatsapp, {name: getattr(account, name) for name in known}
    if options.kind == "telegram":
        bot = TelegramAccount()
        if options.no_pace:
            bot = replace(bot, per_second=0.0, chat_seconds=0.0, group_seconds=0.0)
        telegram = TelegramSimulator(bot, hook_url=options.hook, secret=options.secret)
        telegram.hooks.time_scale = options.time_scale
        return telegram, {"token": bot.token, "username": bot.username}
    models = (*MODELS, *(SimulatedModel(name=name) for name in options.model))
    provider = ModelsSimulator(
        key=options.key, models=models, first_token_seconds=options.first_token_seconds, word_seconds=options.word_seconds
    )
    provider.keep_questions = options.feed
    return provider, {"key": options.key, "models": [model.name for model in models]}


async def run(options: argparse.Namespace) -> None:
    """Runs until a signal comes."""
    simulator, known = made(options)
    simulator.feed.on = options.feed
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with simulator.running(port=options.port):
        line = {"simulator": simulator.name, "url": simulator.url, "control": simulator.control_url, **known}
        print(json.dumps(line), flush=True)
        await stopped.wait()


def main() -> None:
    """Runs one simulator as the command line says, on uvloop where there is one."""
    options = parsed(sys.argv[1:])
    if sys.platform == "win32":
        asyncio.run(run(options))
    else:
        import uvloop

        uvloop.run(run(options))


if __name__ == "__main__":
    main()
