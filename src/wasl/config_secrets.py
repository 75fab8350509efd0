"""Secrets by reference: `{ env = "NAME" }` and `{ file = "path" }` in the settings, put in place when they are read."""

import difflib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from wasl.domain.errors import SettingWrong

SECRET_BYTES_MAX: Final = 64 << 10
_FOREIGN_REFERENCE: Final = re.compile(r"(?:\$\{(\w+)\}|env:(\w+)|\$([A-Z]+(?:_[A-Z0-9]+)+))\Z")
"""How other programs refer to an environment variable: taken as it stands, it would become the secret itself."""


def with_secrets(value: Mapping[str, Any], *, environ: Mapping[str, str], base: Path, sections: Collection[str]) -> dict[str, Any]:
    """Gives the settings with every secret where they refer to it; files are looked for from `base`.

    `sections`: tables whose own keys may be called `env` or `file`. Raises SettingWrong naming everything that cannot be found.
    """
    reader = _References(environ=environ, base=base, sections=sections)
    found: dict[str, Any] = reader.resolved(dict(value), at="")
    if reader.wrong:
        raise SettingWrong(";\n".join(reader.wrong))
    return found


class _References:
    """Walks the settings; what is wrong is gathered, so that it can be put right at once."""

    def __init__(self, *, environ: Mapping[str, str], base: Path, sections: Collection[str]) -> None:
        self.environ, self.base, self.sections = environ, base, sections
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

    def _from_environment(self, name: str, *, at: str) -> SecretStr | None:
        if found := self.environ.get(name):
            return SecretStr(found)
        near = difflib.get_close_matches(name, list(self.environ), n=1, cutoff=0.8)
        meant = f" (did you mean {near[0]}?)" if near else ""
        self.wrong.append(f'{at} wants the environment variable {name}, which is not set{meant}; export it, or use {{ file = "…" }}')
        return None

    def _from_file(self, name: str, *, at: str) -> SecretStr | None:
        wants = f"{at} wants the file {name!r}, which"
        try:
            with (self.base / name).open("rb") as file:
                data = file.read(SECRET_BYTES_MAX + 1)
            found = data.decode("utf-8-sig").strip()
        except OSError as error:
            self.wrong.append(f"{wants} cannot be read ({error.strerror}); create it or mend the path")
            return None
        except UnicodeDecodeError:
            self.wrong.append(f"{wants} is not UTF-8 text; write the secret into it again")
            return None
        if not found or len(data) > SECRET_BYTES_MAX:
            self.wrong.append(f"{wants} is {'too large for' if found else 'empty; write'} a secret")
            return None
        return SecretStr(found)
