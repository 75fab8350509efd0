"""Small real files to send: a photo, a voice note, a document."""

import struct
import zlib

VOICE_TYPE = "audio/ogg; codecs=opus"
PHOTO_TYPE = "image/png"
DOCUMENT_TYPE = "application/pdf"


def photo(*, width: int = 96, height: int = 64, shade: int = 0) -> bytes:
    """Draws a PNG with a soft slope of colour; another `shade` gives another picture."""
    rows = b"".join(
        b"\x00" + bytes(c for x in range(width) for c in ((x * 2 + shade) % 256, (90 + y * 2) % 256, (160 + shade // 2) % 256))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def voice(*, seconds: int = 2) -> bytes:
    """Makes an Ogg/Opus file of silence: one page of headers, one of comments, one of frames of 20 ms."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    vendor = b"wasl"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    frames = [b"\xf8\xff\xfe"] * min(250, seconds * 50)
    return (
        _page([head], place=0, sort=2, granule=0)
        + _page([tags], place=1, sort=0, granule=0)
        + _page(frames, place=2, sort=4, granule=960 * len(frames))
    )


def document(words: str = "Hello from a document.") -> bytes:
    """Makes a one-page PDF that shows `words` (Latin letters)."""
    shown = words.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    stream = b"BT /F1 18 Tf 40 120 Td (" + shown + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, value in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _page(packets: list[bytes], *, place: int, sort: int, granule: int) -> bytes:
    lacing = bytes(len(packet) for packet in packets)
    head = b"OggS" + struct.pack("<BBqII", 0, sort, granule, 0x5741534C, place)
    tail = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", _ogg_sum(head + b"\x00\x00\x00\x00" + tail)) + tail


def _ogg_sum(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte << 24
        for _ in range(8):
            total = ((total << 1) ^ 0x04C11DB7 if total & 0x80000000 else total << 1) & 0xFFFFFFFF
    return total
