"""The scope file: what the operator's assistant is for, in TOML; read strictly, and written with comments for a new one."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wasl.domain.errors import SettingWrong
from wasl.policy.purpose import Own, Scope

EXAMPLES_MAX: Final = 20_000
EXAMPLE_CHARACTERS_MAX: Final = 600

_KEYS: Final = {"name", "statement", "languages", "also", "forbidden", "subjects"}
_SUBJECT_KEYS: Final = {"name", "examples", "forbidden"}

START: Final = """\
# What this assistant is for. `wasl scope check` tells how well it is told from general questions, and what to add.
name = {name}

# One paragraph, in your own words: this is also what a platform's reviewer asks for.
statement = {statement}

# The languages that your customers write: `wasl scope check` asks for examples in each.
languages = ["ar", "en"]

# Single questions that are yours too, whatever they look like, and general ones that came and are not.
also = []
forbidden = []

# Subjects of your customers, each with five or more questions as they really ask them, in every language they write.
[[subjects]]
name = "orders"
examples = [
  # "Where is my order?",
  # "متى يصل طلبي؟",
]

[[subjects]]
name = "prices"
examples = [
  # "How much is delivery?",
  # "بكم التوصيل؟",
]
"""


def read_scope(text: str, *, at: str) -> Scope:
    """Reads a scope file. Raises SettingWrong that names what is wrong in it and what to write instead."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingWrong(f"{at} is no TOML ({error})") from error
    for key in table:
        if key not in _KEYS:
            raise SettingWrong(f"{at}: {key!r} is not known; the keys are {', '.join(sorted(_KEYS))}")
    examples = [own for subject in _tables(table, "subjects", at=at) for own in _subject(subject, at=at)]
    if len(examples) > EXAMPLES_MAX:
        raise SettingWrong(f"{at}: {len(examples)} examples are more than {EXAMPLES_MAX}; a few hundred say as much")
    return Scope(
        name=_word(table, "name", at=at) or "assistant",
        statement=_word(table, "statement", at=at),
        examples=tuple(examples),
        also=_words(table, "also", at=at),
        forbidden=(*_words(table, "forbidden", at=at), *_forbidden(table, at=at)),
        languages=tuple(_code(word, at=at) for word in _words(table, "languages", at=at)),
    )


def start_of(*, name: str, statement: str) -> str:
    """Gives a new scope file with comments."""
    return START.format(name=_quoted(name), statement=_quoted(statement))


def subject_text(name: str, *, examples: Sequence[str], forbidden: Sequence[str] = ()) -> str:
    """Gives a subject as it stands in a scope file."""
    lines = ["[[subjects]]", f"name = {_quoted(name)}"]
    for key, texts in (("examples", examples), ("forbidden", forbidden)):
        if texts:
            lines += [f"{key} = [", *(f"  {_quoted(text)}," for text in texts), "]"]
    return "\n".join(lines) + "\n"


def _forbidden(table: Mapping[str, Any], *, at: str) -> tuple[str, ...]:
    return tuple(word for subject in _tables(table, "subjects", at=at) for word in _words(subject, "forbidden", at=at))


def _subject(table: Mapping[str, Any], *, at: str) -> list[Own]:
    for key in table:
        if key not in _SUBJECT_KEYS:
            raise SettingWrong(f"{at}: {key!r} is not known in [[subjects]]; it has name, examples and forbidden")
    name = _word(table, "name", at=f"{at}: subjects")
    return [Own(text, name) for text in _words(table, "examples", at=f"{at}: subject {name!r}")]


def _code(word: str, *, at: str) -> str:
    if not (len(word) == 2 and word.isascii() and word.isalpha()):
        raise SettingWrong(f"{at}: {word!r} in languages is no language; write its two letters, such as ar")
    return word.lower()


def _tables(table: Mapping[str, Any], key: str, *, at: str) -> Sequence[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SettingWrong(f"{at}: write each of the {key} as [[{key}]]")
    return found


def _word(table: Mapping[str, Any], key: str, *, at: str) -> str:
    found = table.get(key, "")
    if not isinstance(found, str):
        raise SettingWrong(f"{at}: {key} must be text in quotes, not {found!r}")
    return found.strip()


def _words(table: Mapping[str, Any], key: str, *, at: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise SettingWrong(f"{at}: {key} must be a list of texts in quotes")
    for one in found:
        if len(one) > EXAMPLE_CHARACTERS_MAX:
            raise SettingWrong(f"{at}: {one[:60]!r}… has {len(one)} characters, more than {EXAMPLE_CHARACTERS_MAX}; give one question")
    return tuple(one.strip() for one in found if one.strip())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else " " for letter in escaped) + '"'
