"""Simulator of the Telegram Bot API (10.3, 2026-08-24), loopback only.

It checks what the real one checks (token, chat, length after entity parsing, HTML, buttons, pace, blocks, webhook against
polling) and answers with its codes and sentences. Webhooks to http:// loopback addresses are allowed, as an own Bot API
server allows them. What it does not do: Markdown parse modes, rich messages, inline mode, payments, webhook answers that
hold a method; those say so by 400 or 404.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from wasl.ports.clock import Clock
from wasl.testing.simulators.faults import Fault, Faults
from wasl.testing.simulators.hooks import Hooks, Patience
from wasl.testing.simulators.serving import Request
from wasl.testing.simulators.simulator import Bucket
from wasl.testing.simulators.telegram_control import controlled
from wasl.testing.simulators.telegram_params import BotError, Params, read_params
from wasl.testing.simulators.telegram_people import Chats, TelegramAccount
from wasl.testing.simulators.telegram_sending import TelegramSending
from wasl.testing.simulators.telegram_updates import TelegramUpdates

_BEFORE_TAKING = ("429", "500", "502", "401", "reset", "slow")
_AFTER_TAKING = ("accepted_no_answer", "silent", "malformed_answer")
FAULTS = (*_BEFORE_TAKING, *_AFTER_TAKING, "duplicate_webhooks", "forged_webhooks", "file_500")
_PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)/?")
_FILE = re.compile(r"/file/bot([^/]+)/(.+)")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")

Method = Callable[[Params], Awaitable[object]]


class TelegramSimulator(TelegramUpdates, TelegramSending):
    """The platform for one bot. Set `hook_url` or let the bot call setWebhook or getUpdates."""

    name: ClassVar[str] = "telegram"

    def __init__(self, account: TelegramAccount | None = None, *, hook_url: str = "", secret: str = "", clock: Clock | None = None) -> None:
        super().__init__(faults=Faults(*FAULTS), clock=clock)
        self.account = account or TelegramAccount()
        self.secret = secret
        self.chats = Chats(self.account)
        self.calls: dict[str, int] = {}
        self.polled = asyncio.Event()
        rate = self.account.per_second
        self.pace = Bucket(seconds=1 / rate if rate > 0 else 0, burst=max(1.0, rate))
        patience = Patience(longest_seconds=120.0, give_up_seconds=86_400.0, timeout_seconds=60.0)
        self.hooks = Hooks(
            sign=self._proof,
            taken=lambda code: 200 <= code < 300,
            twice=lambda: bool(self.faults) and self.faults.take("duplicate_webhooks") is not None,
            clock=self.clock,
            patience=patience,
            feed=self.feed,
        )
        self.hooks.url = hook_url
        self._methods: dict[str, Method] = {**self.update_methods(), **self.sending_methods()}

    async def stop(self) -> None:
        """Stops telling and answering."""
        await self.hooks.close()
        await super().stop()

    # -- answering --------------------------------------------------------------------------------------------------
    async def serve(self, request: Request) -> None:
        """Answers a Bot API call or a download."""
        try:
            await self._serve(request)
        except BotError as error:
            headers = [] if error.retry_after is None else [(b"retry-after", str(error.retry_after).encode())]
            self._log(request, error.code, error.description)
            await request.answer_json(error.code, error.as_json(), headers=headers)

    async def _serve(self, request: Request) -> None:
        file = _FILE.fullmatch(request.path)
        if file is not None:
            await self._download(request, token=file[1], path=file[2])
            return
        found = _PATH.fullmatch(request.path)
        if found is None or not _TOKEN.fullmatch(found[1]):
            raise BotError(404, "Not Found")
        if found[1] != self.account.token:
            raise BotError(401, "Unauthorized")
        method = self._methods.get(found[2].lower())
        if method is None:
            raise BotError(404, "Not Found: method not found")
        name = found[2]
        self.calls[name] = self.calls.get(name, 0) + 1
        sends = name.lower().startswith(("send", "edit", "copy", "forward"))
        if sends and self.faults and await self._struck_before(request):
            return
        result = await method(read_params(request))
        fault = self.faults.take(*_AFTER_TAKING) if sends and self.faults else None
        if fault is None:
            self._log(request, 200, name)
            await request.answer_json(200, {"ok": True, "result": result})
        else:
            await self._struck_after(request, fault, name)

    async def _struck_before(self, request: Request) -> bool:
        """Does what a fault does before the call is taken; says whether that was the answer."""
        fault = self.faults.take(*_BEFORE_TAKING)
        if fault is None:
            return False
        match fault.kind:
            case "429":
                seconds = math.ceil(5 if fault.seconds is None else fault.seconds)
                raise BotError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
            case "500":
                raise BotError(500, "Internal Server Error")
            case "401":
                raise BotError(401, "Unauthorized")
            case "502":
                self._log(request, 502, "fault")
                await request.answer(502, b"<html><body>502 Bad Gateway</body></html>", media_type=b"text/html")
                return True
            case "reset":
                self._log(request, 0, "connection broken, call not taken")
                await request.hang_up()
                return True
        await self.clock.sleep(3.0 if fault.seconds is None else fault.seconds)
        return False

    async def _struck_after(self, request: Request, fault: Fault, name: str) -> None:
        self._log(request, 0, f"{name}: taken, {fault.kind}")
        match fault.kind:
            case "accepted_no_answer":
                await request.hang_up()
            case "silent":
                await request.hang()
            case _:
                await request.answer(200, b'{"ok":true,"result":{"message_')

    async def _download(self, request: Request, *, token: str, path: str) -> None:
        if token != self.account.token:
            raise BotError(401, "Unauthorized")
        if self.faults and self.faults.take("file_500"):
            raise BotError(500, "Internal Server Error")
        held = next((f for f in self.files.values() if f.path == path), None)
        if held is None:
            raise BotError(404, "Not Found")
        self._log(request, 200, "download")
        await request.answer(200, held.data, media_type=held.media_type.encode())

    # -- small things -------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """Gives counts."""
        tally = self.hooks.tally
        return {
            "chats": len(self.chats),
            "received": sum(len(chat.received) for chat in self.chats),
            "calls": self.calls,
            "pending_updates": len(self.pending),
            "webhooks": {"made": tally.made, "posts": tally.posts, "taken": tally.taken, "repeats": tally.repeats, "lost": tally.lost},
            "hook_url": self.hooks.url,
        }

    async def control(self, *, what: str, value: dict[str, Any], request: Request) -> object:
        """Does what a control request says."""
        return controlled(self, what=what, value=value, method=request.method)

    def _proof(self, body: bytes) -> Mapping[str, str]:
        if self.faults and self.faults.take("forged_webhooks"):
            return {"x-telegram-bot-api-secret-token": "wrong"}
        return {"x-telegram-bot-api-secret-token": self.secret} if self.secret else {}

    def _log(self, request: Request, status: int, note: str) -> None:
        if self.feed.on:
            shown = "" if "multipart" in request.header(b"content-type") else request.body[:2000].decode("utf-8", "replace")
            self.feed.tell("call", method=request.method, path=request.path, status=status, note=note, body=shown)
