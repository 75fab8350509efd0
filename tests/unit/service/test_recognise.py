"""Which format a file is of."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wasl.domain.errors import Malformed, Unsafe
from wasl.ports.format import Choices, Found, Guess
from wasl.service.recognise import opened, recognise
from wasl.wire.bundle import Bundle


class Likes:
    """A format that likes bundles with a word in their name."""

    title = "Test"

    def __init__(self, kind: str, word: str, confidence: float) -> None:
        self.kind, self._word, self._confidence = kind, word, confidence

    def sniff(self, bundle: Bundle) -> Guess | None:
        return Guess(confidence=self._confidence, why="name") if self._word in bundle.name else None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        return iter(())


FORMATS = {"one": Likes("one", "a", 0.9), "two": Likes("two", "ab", 0.95), "three": Likes("three", "abc", 0.945)}


def bundle(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.write_bytes(b"x")
    return path


def test_the_surest_guess_wins(tmp_path: Path) -> None:
    with opened([bundle(tmp_path, "ab")]) as found:
        reader, guess = recognise(found, FORMATS)
    assert (reader.kind, guess.confidence) == ("two", 0.95)


def test_a_tie_is_named_and_settled_by_a_name(tmp_path: Path) -> None:
    with opened([bundle(tmp_path, "abc")]) as found:
        with pytest.raises(Malformed, match=r"two, three"):
            recognise(found, FORMATS)
        assert recognise(found, FORMATS, kind="three")[0].kind == "three"


def test_what_nobody_knows_is_refused_with_the_formats_there_are(tmp_path: Path) -> None:
    with opened([bundle(tmp_path, "zzz")]) as found, pytest.raises(Malformed, match="one, three, two"):
        recognise(found, FORMATS)
    with opened([bundle(tmp_path, "zz")]) as found, pytest.raises(Malformed, match="no format 'four'"):
        recognise(found, FORMATS, kind="four")


def test_a_folder_is_walked_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "export" / "media").mkdir(parents=True)
    (tmp_path / "export" / "chat.txt").write_bytes(b"words")
    (tmp_path / "export" / "media" / "a.jpg").write_bytes(b"picture")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "export" / "link").symlink_to(tmp_path / "secret")
    with opened([tmp_path / "export"]) as found:
        assert [m.name for m in found.members()] == ["chat.txt", "media/a.jpg"]
        with found.open("media/a.jpg") as file:
            assert file.read() == b"picture"


def test_a_zip_that_leads_outside_is_unsafe(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("../../evil", "x")
    (tmp_path / "a.zip").write_bytes(data.getvalue())
    with pytest.raises(Unsafe), opened([tmp_path / "a.zip"]):
        pass
