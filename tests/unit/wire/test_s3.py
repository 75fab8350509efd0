"""Requests for an S3-compatible store."""

import pytest

from wasl.domain.errors import Malformed
from wasl.wire.call import Call
from wasl.wire.s3 import Credentials, completion, object_url, signed, upload_id

KEY = Credentials(key_id="AKIAIOSFODNN7EXAMPLE", secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1")
MAY_24_2013_MS = 1_369_353_600_000


def test_a_request_is_signed_as_amazons_own_example() -> None:
    # Amazon S3 API reference, "Signature Calculations for the Authorization Header", example "GET Object".
    call = Call(method="GET", url="https://examplebucket.s3.amazonaws.com/test.txt", headers={"range": "bytes=0-9"})
    authorization = signed(call, KEY, now_ms=MAY_24_2013_MS).headers["authorization"]
    assert authorization.endswith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    assert "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," in authorization
    assert KEY.secret not in repr(KEY)


def test_an_address_is_written_as_it_is_signed() -> None:
    url = object_url("https://s3.test/", bucket="b", key="my folder/wasl+1.tar", query={"uploadId": "a/b=", "partNumber": "2"})
    assert url == "https://s3.test/b/my%20folder/wasl%2B1.tar?partNumber=2&uploadId=a%2Fb%3D"


def test_answers_are_read_and_ended() -> None:
    assert upload_id(b"<R><Bucket>b</Bucket><UploadId>u-1</UploadId></R>") == "u-1"
    with pytest.raises(Malformed):
        upload_id(b"<html>")
    assert completion(['"x"', "<y>"]).count(b"<Part>") == 2
    assert b"<ETag>&lt;y&gt;</ETag>" in completion(['"x"', "<y>"])
