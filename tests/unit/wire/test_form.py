from email import message_from_bytes
from email.policy import HTTP

from wasl.wire.call import Call, FormField
from wasl.wire.form import filled, needed


def test_a_form_becomes_a_body_that_a_reader_takes_apart_again() -> None:
    file = bytes(range(256))
    form = (
        FormField(name="type", value="image/png"),
        FormField(name="file", sha256="ab", file_name='m "q"\r\n.png', media_type="image/png"),
    )
    call = Call(method="POST", url="https://x.test", headers={"authorization": "b"}, form=form)
    assert needed(call) == ("ab",)
    made = filled(call, {"ab": file})
    assert made.form == ()
    assert made.headers["authorization"] == "b"
    read = message_from_bytes(b"content-type: " + made.headers["content-type"].encode() + b"\r\n\r\n" + made.body, policy=HTTP)
    first, second = read.iter_parts()
    assert first.get_payload(decode=True) == b"image/png"
    assert second.get_payload(decode=True) == file
    assert second.get_content_type() == "image/png"
    assert "\r\n.png" not in str(second["content-disposition"])


def test_a_call_without_a_form_is_left_alone() -> None:
    call = Call(method="GET", url="https://x.test")
    assert filled(call, {}) is call
