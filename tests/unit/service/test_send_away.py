"""A file goes to an S3-compatible store in parts."""

from pathlib import Path

import pytest

from wasl.domain.errors import SettingWrong, Unauthorised
from wasl.service.send_away import PART_BYTES, SendAway
from wasl.testing.clock import TestClock
from wasl.wire.call import Call, Reply
from wasl.wire.s3 import Credentials

WHOLE = b"a" * PART_BYTES + b"b" * 10
KEY = Credentials(key_id="id", secret="secret", region="r")


class Bucket:
    """A store that keeps what it is sent."""

    def __init__(self, *, failing: int = 0, status: int = 503) -> None:
        self.calls: list[tuple[str, str]] = []
        self.parts: dict[str, bytes] = {}
        self.objects: dict[str, bytes] = {}
        self._failing, self._status = failing, status

    async def perform(self, call: Call) -> Reply:
        path, _, query = call.url.removeprefix("https://s3.test/").partition("?")
        self.calls.append((call.method, query))
        assert call.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=id/")
        if self._failing and call.method == "PUT":
            self._failing -= 1
            return Reply(status=self._status)
        if call.method == "PUT":
            self.parts[query] = call.body
            return Reply(status=200, headers={"etag": f'"{len(self.parts)}"'})
        if query == "uploads=":
            return Reply(status=200, body=b"<UploadId>u</UploadId>")
        if call.method == "DELETE":
            self.parts.clear()
            return Reply(status=204)
        assert call.body.count(b"<Part>") == len(self.parts)
        self.objects[path] = b"".join(self.parts.values())
        return Reply(status=200)

    async def close(self) -> None:
        """Nothing is open."""


def away(bucket: Bucket, clock: TestClock, *, to: str = "s3://backups/wasl") -> SendAway:
    return SendAway(network=bucket, clock=clock, to=to, endpoint="https://s3.test", credentials=KEY)  # type: ignore[arg-type]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "wasl-1.tar"
    path.write_bytes(WHOLE)
    return path


async def test_a_file_arrives_whole_in_parts(large: Path) -> None:
    bucket = Bucket()
    await away(bucket, TestClock()).file(large)
    assert bucket.objects == {"backups/wasl/wasl-1.tar": WHOLE}
    assert [method for method, _ in bucket.calls] == ["POST", "PUT", "PUT", "POST"]


async def test_a_part_that_fails_is_sent_again(large: Path) -> None:
    bucket, clock = Bucket(failing=2), TestClock()
    await clock.drive(away(bucket, clock).file(large))
    assert bucket.objects["backups/wasl/wasl-1.tar"] == WHOLE


async def test_a_refused_key_is_named_and_nothing_is_left(large: Path) -> None:
    bucket = Bucket(failing=9, status=403)
    with pytest.raises(Unauthorised, match="s3_key_id"):
        await away(bucket, TestClock()).file(large)
    assert bucket.objects == {}
    assert bucket.calls[-1] == ("DELETE", "uploadId=u")


def test_an_address_that_is_no_bucket_is_named() -> None:
    with pytest.raises(SettingWrong, match="s3://bucket"):
        away(Bucket(), TestClock(), to="s3://")
