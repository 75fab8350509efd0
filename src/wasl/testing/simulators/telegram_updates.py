"""How a bot gets its updates: webhook or long polling, never both (Bot API 10.3)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from wasl.testing.simulators.telegram_params import BotError, Params
from wasl.testing.simulators.telegram_speech import TelegramSpeech

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
POLL_SECONDS_MAX = 50


class TelegramUpdates(TelegramSpeech):
    """setWebhook and its kin, and getUpdates."""

    secret: str
    max_connections: int = 40
    _polling: asyncio.Future[None] | None = None
    polled: asyncio.Event

    def update_methods(self) -> dict[str, Callable[[Params], Awaitable[object]]]:
        """Names the methods, in lower case."""
        return {
            "getme": self._get_me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_state,
            "getupdates": self._get_updates,
            "setmycommands": self._yes,
            "setmydescription": self._yes,
            "logout": self._yes,
        }

    async def _yes(self, params: Params) -> bool:
        return True

    async def _get_me(self, params: Params) -> dict[str, Any]:
        rights = {"can_join_groups": True, "can_read_all_group_messages": self.account.reads_all_in_groups}
        return {**self.account.user(), **rights, "supports_inline_queries": False}

    async def _set_webhook(self, params: Params) -> bool:
        url = params.text("url")
        if url and not re.fullmatch(r"https://.+|http://(127\.0\.0\.1|localhost)(:\d+)?/.*", url):
            raise BotError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        secret = params.text("secret_token")
        if secret and not SECRET.fullmatch(secret):
            raise BotError(400, "Bad Request: secret token contains unallowed characters")
        connections = params.whole("max_connections", 40)
        if not 1 <= connections <= 100:
            raise BotError(400, "Bad Request: max_connections must be from 1 to 100")
        self._set_allowed(params)
        await self._forget_hook(drop=params.flag("drop_pending_updates"))
        self.hooks.url, self.secret, self.max_connections = url, secret, connections
        if url:
            for update in self.waiting_updates():
                kind = next(name for name in update if name != "update_id")
                self.post_update(update, lane=0, kind=kind)
        return True

    async def _delete_webhook(self, params: Params) -> bool:
        await self._forget_hook(drop=params.flag("drop_pending_updates"))
        return True

    async def _webhook_state(self, params: Params) -> dict[str, Any]:
        value: dict[str, Any] = {"url": self.hooks.url, "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        if self.hooks.url:
            value |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.hooks.trouble is not None:
            at_ms, why = self.hooks.trouble
            value |= {"last_error_date": at_ms // 1000, "last_error_message": why}
        if self.allowed is not None:
            value["allowed_updates"] = sorted(self.allowed)
        return value

    async def _get_updates(self, params: Params) -> list[dict[str, Any]]:
        if self.hooks.url:
            raise BotError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        limit = min(100, max(1, params.whole("limit", 100)))
        self._set_allowed(params)
        self._confirm(params.whole("offset"))
        await self._wait_for_news(min(POLL_SECONDS_MAX, max(0, params.whole("timeout"))))
        return list(self.waiting_updates())[:limit]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            kept = sorted(self.pending)[offset:]
            offset = kept[0] if kept else 0
        for update_id in [i for i in self.pending if i < offset]:
            del self.pending[update_id]

    async def _wait_for_news(self, seconds: int) -> None:
        """Waits for an update. A second poll ends the first one by 409."""
        if self._polling is not None and not self._polling.done():
            self._polling.set_exception(
                BotError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
            )
        if self.pending or seconds == 0:
            return
        self._news.clear()
        self.polled.set()
        mine = self._polling = asyncio.get_running_loop().create_future()
        news = asyncio.ensure_future(self._news.wait())
        late = asyncio.ensure_future(self.clock.sleep(seconds))
        try:
            await asyncio.wait({mine, news, late}, return_when=asyncio.FIRST_COMPLETED)
            if mine.done():
                mine.result()
        finally:
            news.cancel()
            late.cancel()
            if self._polling is mine:
                self._polling = None

    async def _forget_hook(self, *, drop: bool) -> None:
        self.hooks.url = ""
        await self.hooks.abandon()
        if drop:
            self.pending.clear()

    def _set_allowed(self, params: Params) -> None:
        if not params.has("allowed_updates"):
            return
        wanted = params.structure("allowed_updates")
        if not isinstance(wanted, list) or not all(isinstance(kind, str) for kind in wanted):
            raise BotError(400, "Bad Request: can't parse allowed_updates")
        self.allowed = frozenset(wanted) if wanted else None
