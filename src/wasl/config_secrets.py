"""Secrets by reference: `{ env = "NAME" }` and `{ file = "path" }` in the settings, put in place when they are read."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import SecretStr

from wasl.domain.errors import SettingWrong

SECRET_BYTES_MAX: Final = 64 << 10
_FOREIGN_REFERENCE: Final = re.compile(r"(?:\$\{(\w+)\}|env:(\w+)|\$([A-Z]+(?:_[A-Z0-9]+)+))\Z")
"""How other programs refer to an environment variable: taken as it stands, it would become the secret itself."""


Needs = Literal["secrets", "store", "settings"]
"""What a command uses: everything, so that every secret must be there; the store and no platform or provider; the settings alone."""

_SIGN: Final = "absent-secret/"
_SIGNED: Final = re.compile(rf"{_SIGN}([^/]+)/")


class AbsentSecret(SecretStr):
    """Stands for a secret that is missing. Whoever sends it is stopped, see `wanted`; `why` says what is the matter with it."""

    def __init__(self, secret_value: str, *, why: str) -> None:
        super().__init__(secret_value)
        self.why = why


def with_secrets(
    value: Mapping[str, Any],
    *,
    environ: Mapping[str, str],
    base: Path,
    sections: Collection[str],
    absent: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Gives the settings with every secret where they refer to it; files are looked for from `base`.

    `sections`: tables whose own keys may be called `env` or `file`. `absent` takes what is missing, by its key, for who can do without.
    Raises SettingWrong naming everything that cannot be found.
    """
    reader = _References(environ=environ, base=base, sections=sections, absent=absent)
    found: dict[str, Any] = reader.resolved(dict(value), at="")
    if reader.wrong:
        raise SettingWrong("\n".join(reader.wrong))
    return found


def wanted(text: str) -> str | None:
    """Names the setting whose absent secret stands in a text; None for a text without one."""
    found = _SIGNED.search(text) if _SIGN in text else None
    return found[1] if found else None


def absent_in(value: object, place: Sequence[int | str]) -> str | None:
    """Says what is wrong with the absent secret that stands at a place of the settings; None where none does."""
    for key in place:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, Sequence) and isinstance(key, int) and key < len(value):
            value = value[key]
    return value.why if isinstance(value, AbsentSecret) else None


class _References:
    """Walks the settings; what is wrong is gathered, so that it can be put right at once."""

    def __init__(self, *, environ: Mapping[str, str], base: Path, sections: Collection[str], absent: dict[str, str] | None) -> None:
        self.environ, self.base, self.sections, self.absent = environ, base, sections, absent
        self.wrong: list[str] = []

    def resolved(self, value: Any, *, at: str) -> Any:
        if isinstance(value, dict):
            if at not in self.sections and value.keys() == {"env"} and isinstance(value["env"], str):
                return self._from_environment(value["env"], at=at)
            if at not in self.sections and value.keys() == {"file"} and isinstance(value["file"], str):
                return self._from_file(value["file"], at=at)
            return {k: self.resolved(v, at=f"{at}.{k}" if at else k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.resolved(v, at=f"{at}[{i}]") for i, v in enumerate(value)]
        if isinstance(value, str) and (meant := _FOREIGN_REFERENCE.match(value)):
            name = next(group for group in meant.groups() if group)
            self.wrong.append(
                f'{at} says {value!r}, which would be taken as it stands; write {{ env = "{name}" }} for the environment variable'
            )
        return value

    def _absent(self, why: str, *, at: str) -> SecretStr:
        if self.absent is None:
            self.wrong.append(why)
        else:
            self.absent[at] = why
        return AbsentSecret(f"{_SIGN}{at}/", why=why)

    def _from_environment(self, name: str, *, at: str) -> SecretStr:
        if found := self.environ.get(name, "").strip():  # as from a file: what was read into it often ends its last line
            return SecretStr(found)
        if name in self.environ:
            return self._absent(
                f'{at} wants the environment variable {name}, which is empty; give it the secret, or use {{ file = "…" }}', at=at
            )
        near = difflib.get_close_matches(name, list(self.environ), n=1, cutoff=0.8)
        meant = f" (did you mean {near[0]}?)" if near else ""
        why = f'{at} wants the environment variable {name}, which is not set{meant}; export it, or use {{ file = "…" }}'
        return self._absent(why, at=at)

    def _from_file(self, name: str, *, at: str) -> SecretStr:
        wants = f"{at} wants the file {name!r}, which"
        try:
            with (self.base / name).open("rb") as file:
                data = file.read(SECRET_BYTES_MAX + 1)
            found = data.decode("utf-8-sig").strip()
        except OSError as error:
            return self._absent(f"{wants} cannot be read ({error.strerror}); create it or mend the path", at=at)
        except UnicodeDecodeError:
            return self._absent(f"{wants} is not UTF-8 text; write the secret into it again", at=at)
        if not found:
            return self._absent(f"{wants} is empty; write the secret into it", at=at)
        if len(data) > SECRET_BYTES_MAX:
            return self._absent(f"{wants} is too large for a secret; name the right one", at=at)
        return SecretStr(found)
