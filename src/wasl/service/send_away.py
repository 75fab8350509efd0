"""Send away: puts a file into an S3-compatible store, in parts, so that memory does not grow with it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wasl.domain.errors import Malformed, Refused, RetryLater, SettingWrong, Unauthorised, Unavailable, WaslError
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.wire.call import Call, Reply
from wasl.wire.s3 import Credentials, completion, object_url, signed, upload_id

PART_BYTES: Final = 16 << 20
PARTS_MAX: Final = 10_000
"""A store takes no more: files up to 156 GiB."""
PART_SECONDS: Final = 300.0
TRIES: Final = 4
PAUSE_SECONDS: Final = 2.0
SCHEME: Final = "s3://"


class SendAway:
    """Sends files to one bucket. `to` is s3://bucket or s3://bucket/prefix. Raises SettingWrong for another address."""

    def __init__(self, *, network: Network, clock: Clock, to: str, endpoint: str, credentials: Credentials) -> None:
        bucket, _, prefix = to.removeprefix(SCHEME).partition("/")
        if not to.startswith(SCHEME) or not bucket:
            raise SettingWrong(f"backup.to: {to!r} is no address of a bucket; it is written s3://bucket/prefix")
        self._network = network
        self._clock = clock
        self._bucket = bucket
        self._prefix = prefix.strip("/")
        self._endpoint = endpoint
        self._credentials = credentials

    async def file(self, path: Path) -> None:
        """Sends a file; the store shows it only when it is whole. Raises Unauthorised, Refused, Unavailable."""
        if (await asyncio.to_thread(path.stat)).st_size > PART_BYTES * PARTS_MAX:
            raise Refused(f"{path.name!r} is larger than {PARTS_MAX} parts of {PART_BYTES >> 20} MiB")
        key = f"{self._prefix}/{path.name}" if self._prefix else path.name
        upload = upload_id((await self._ask("POST", key, {"uploads": ""})).body)
        try:
            etags = await self._parts(path, key, upload)
            done = await self._ask("POST", key, {"uploadId": upload}, body=completion(etags))
            if b"<Error>" in done.body:
                raise Unavailable(f"the store did not put {path.name!r} together: {done.body[:200]!r}")
        except WaslError:
            await self._ask("DELETE", key, {"uploadId": upload})
            raise

    async def _parts(self, path: Path, key: str, upload: str) -> list[str]:
        etags: list[str] = []
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PART_BYTES):
                reply = await self._ask("PUT", key, {"partNumber": str(len(etags) + 1), "uploadId": upload}, body=piece)
                etag = reply.headers.get("etag")
                if not etag:
                    raise Malformed("the store took a part and gave no ETag for it")
                etags.append(etag)
        return etags

    async def _ask(self, method: str, key: str, query: Mapping[str, str], *, body: bytes = b"") -> Reply:
        url = object_url(self._endpoint, bucket=self._bucket, key=key, query=query)
        call = Call(method=method, url=url, body=body, timeout_seconds=PART_SECONDS, safe_to_repeat=True, label=f"s3 {self._bucket}")
        for left in range(TRIES - 1, -1, -1):
            try:
                reply = await self._network.perform(signed(call, self._credentials, now_ms=self._clock.now_ms()))
                return _good(reply, self._bucket)
            except RetryLater:
                if left == 0:
                    raise
            await self._clock.sleep(PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")


def _good(reply: Reply, bucket: str) -> Reply:
    if reply.status < 300:
        return reply
    if reply.status in (401, 403):
        raise Unauthorised(f"the store refuses the access key for {bucket!r}; mend backup.s3_key_id and backup.s3_secret")
    if reply.status >= 500 or reply.status == 429:
        raise Unavailable(f"the store answered {reply.status}")
    raise Refused(f"the store refuses ({reply.status}): {reply.body[:200]!r}")
