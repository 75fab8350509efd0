"""Pages of help in the language of the command. What is typed stays left-to-right; what is told about it may be Arabic."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from wasl.cli.tongue import Language, spoken
from wasl.wire.isolate import set_apart, signs_apart

INDENT: Final = "  "
FORM_COLUMNS_MAX: Final = 30
"""A longer form has its line to itself."""
WORDS_COLUMNS_MIN: Final = 24
KINDS: Final = {
    "str": "TEXT",
    "int": "NUMBER",
    "float": "NUMBER",
    "path": "PATH",
    "dir": "FOLDER",
    "file": "FILE",
    "%Y-%m-%d": "YYYY-MM-DD",
}
"""What stands for a value in the form of an option, by the kind of the value; `<en|ar>` says more and stays."""
HEADS: Final = {
    "usage": ("Usage", "الاستعمال"),
    "arguments": ("Arguments", "المدخلات"),
    "options": ("Options", "الخيارات"),
    "commands": ("Commands", "الأوامر"),
}
PLACEHOLDERS: Final = {"[OPTIONS]": "[خيارات]", "COMMAND": "أمر", "[ARGS]...": "[مدخلات]..."}
"""What stands for something in the form of a command, by typer's names; a value's own name is as its row below has it."""
MORE: Final = {
    "variable": ("env var: {of}", "متغيّر البيئة: {of}"),
    "default": ("default: {of}", "المبدئي: {of}"),
    "between": ("from {least} to {most}", "من {least} إلى {most}"),
    "least": ("at least {least}", "لا يقل عن {least}"),
    "most": ("at most {most}", "لا يزيد على {most}"),
    "required": ("must be given", "لا بد منه"),
}
_WORD: Final = re.compile(r"[^\s`]*`[^`]*`\S*|\S+")


class Command(TyperCommand):
    """A command whose page of help is in the language that it speaks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in self.params:
            if one.param_type_name == "argument" and one.metavar is None:
                one.metavar = one.name.upper()

    def format_help(self, ctx: Any, formatter: Any) -> None:  # their classes are private to typer
        """Writes the page."""
        formatter.write(page(self, ctx, width=formatter.width))


class Group(TyperGroup):
    """A group of commands whose page of help is in the language that they speak."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the page."""
        formatter.write(page(self, ctx, width=formatter.width))


def page(command: Any, ctx: Any, *, width: int) -> str:
    """Gives the whole page of a command or a group."""
    language = spoken()
    parts = [usage(command, ctx), *_about(command, width=width)]
    shown = [one for one in command.get_params(ctx) if not one.hidden]
    for kind in ("argument", "option"):
        rows = [(_form(one, ctx), _meaning(one, language)) for one in shown if one.param_type_name == kind]
        parts += _section(f"{kind}s", rows, width=width)
    inner = getattr(command, "commands", {})
    parts += _section(
        "commands", [(name, in_language(one.help or "", language)) for name, one in inner.items() if not one.hidden], width=width
    )
    return "\n\n".join(parts) + "\n"


def usage(command: Any, ctx: Any) -> str:
    """Gives the form in which a command is typed; in Arabic on a line of its own, as it runs the other way."""
    head, pieces = HEADS["usage"][spoken() == "ar"], " ".join(command.collect_usage_pieces(ctx))
    if spoken() != "ar":
        return f"{head}: {ctx.command_path} {pieces}"
    for placeholder, arabic in PLACEHOLDERS.items():
        pieces = pieces.replace(placeholder, set_apart(arabic))
    return f"{set_apart(head + ':')}\n{INDENT}{ctx.command_path} {pieces}"


def in_language(text: str, language: Language) -> str:
    """Gives a sentence of a page of help in the language; what has no Arabic stays English."""
    plain = " ".join(text.split())
    if language != "ar":
        return plain
    from wasl.cli.help_commands_ar import COMMANDS
    from wasl.cli.help_options_ar import OPTIONS

    return COMMANDS.get(plain) or OPTIONS.get(plain, plain)


def _about(command: Any, *, width: int) -> Iterator[str]:
    if command.help:
        yield "\n".join(INDENT + line for line in _lines(in_language(command.help, spoken()), width - len(INDENT)))


def _section(name: str, rows: Sequence[tuple[str, str]], *, width: int) -> Iterator[str]:
    """Gives a head and its rows: what is typed, and beside it, in a column of its own, what that means."""
    if not rows:
        return
    forms = max((len(form) for form, _ in rows if len(form) <= FORM_COLUMNS_MAX), default=FORM_COLUMNS_MAX)
    begins = len(INDENT) + forms + 2
    lines = [set_apart(HEADS[name][spoken() == "ar"] + ":")]
    for form, meaning in rows:
        told = _lines(meaning, max(WORDS_COLUMNS_MIN, width - begins))
        beside = told.pop(0) if told and len(form) <= forms else ""
        lines += [f"{INDENT}{form.ljust(forms)}  {beside}".rstrip(), *(" " * begins + line for line in told)]
    yield "\n".join(lines)


def _lines(text: str, width: int) -> list[str]:
    """Breaks a text between words, no command apart; each line runs its own way."""
    from rich.cells import cell_len

    lines, line = list[str](), ""
    for word in _WORD.findall(text):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [set_apart(signs_apart(one)) if spoken() == "ar" else one for one in (*lines, line)]


def _form(parameter: Any, ctx: Any) -> str:
    """Gives an option or an argument as it is typed."""
    if parameter.param_type_name == "argument":
        return str(parameter.display_name_raw) + ("..." if parameter.nargs != 1 else "")
    value = "" if parameter.is_flag else " " + (parameter.metavar or _kind(parameter.display_type(ctx)))
    return " / ".join(", ".join(sorted(names, key=len)) + value for names in (parameter.opts, parameter.secondary_opts) if names)


def _kind(shown: str) -> str:
    return KINDS.get(shown.strip("<>").removesuffix(" range"), shown)


def _meaning(parameter: Any, language: Language) -> str:
    more = "؛ " if language == "ar" else "; "
    told, beside = in_language(parameter.help or "", language), more.join(_more(parameter, language))
    return f"{told}  [{beside}]" if beside else told


def _more(parameter: Any, language: Language) -> Iterator[str]:
    """Gives what holds besides: where else the value may come from, what is taken without, and how large it may be."""

    def said(name: str, **values: object) -> str:
        return MORE[name][language == "ar"].format(**values)

    if parameter.envvar and parameter.show_envvar:
        yield said("variable", of=parameter.envvar)
    if default := _default(parameter, language):
        yield said("default", of=default)
    least, most = parameter.min, parameter.max
    if least is not None or most is not None:
        yield said("between" if None not in (least, most) else "least" if most is None else "most", least=least, most=most)
    if parameter.required:
        yield said("required")


def _default(parameter: Any, language: Language) -> str:
    shown, value = parameter.show_default, parameter.default
    if isinstance(shown, str):
        from wasl.cli.help_options_ar import DEFAULTS

        return DEFAULTS.get(shown, shown) if language == "ar" else shown
    if not shown or value is None or callable(value) or value in ("", (), []):
        return ""
    if isinstance(value, bool):
        names = parameter.opts if value else parameter.secondary_opts
        return str(names[0]).lstrip("-") if parameter.secondary_opts else ""
    return str(value)
