"""The floor: the least program that answers WhatsApp, about sixty lines, with no durability at all.

uvicorn (uvloop, httptools) with a bare ASGI application, aiohttp for the two calls out, msgspec for JSON: what a lean bot
would choose, and what Wasl stands on too. It checks the signature, asks the model, sends the answer and passes over
receipts. It forgets everything when it dies, answers a duplicate twice and knows no second provider.
"""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec
import uvicorn

SECRET = os.environ["FLOOR_APP_SECRET"].encode()
PEER = os.environ["FLOOR_PEER_URL"]
running: set[asyncio.Task[None]] = set()
session: aiohttp.ClientSession


async def answer(message: dict[str, Any], number: str) -> None:
    system = {"role": "system", "content": "You are a helpful assistant of this business."}
    prompt = {"model": "bench", "messages": [system, {"role": "user", "content": message["text"]["body"]}]}
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    async with session.post(f"{PEER}/v1/chat/completions", data=msgspec.json.encode(prompt), headers=headers) as reply:
        said = msgspec.json.decode(await reply.read())["choices"][0]["message"]["content"]
    out = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": message["from"], "type": "text", "text": {"body": said}}
    out |= {"context": {"message_id": message["id"]}, "biz_opaque_callback_data": message["id"]}
    async with session.post(f"{PEER}/v23.0/{number}/messages", data=msgspec.json.encode(out), headers=headers) as reply:
        await reply.read()


async def hook(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    if scope["type"] != "http":
        return
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    given = dict(scope["headers"]).get(b"x-hub-signature-256", b"")
    genuine = hmac.compare_digest(given, b"sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest().encode())
    if genuine:
        for entry in msgspec.json.decode(body)["entry"]:
            for change in entry["changes"]:
                for message in change["value"].get("messages", ()):
                    task = asyncio.create_task(answer(message, change["value"]["metadata"]["phone_number_id"]))
                    running.add(task)
                    task.add_done_callback(running.discard)
    await send({"type": "http.response.start", "status": 200 if genuine else 401, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def main() -> None:
    global session
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=512)) as session:
        config = uvicorn.Config(hook, port=int(os.environ["FLOOR_PORT"]), log_level="warning", access_log=False, lifespan="off")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop_factory = __import__("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=uvloop_factory) as runner:
        runner.run(main())
