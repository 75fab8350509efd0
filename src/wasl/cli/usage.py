"""What is wrong with how a command was typed, in Arabic: typer says it in English, by one form for each kind of mistake."""

import re
from collections.abc import Mapping
from typing import Any, Final

from typer.exceptions import TyperException

from wasl.cli.help_page import usage
from wasl.wire.isolate import apart, set_apart

USAGE: Final[Mapping[str, str]] = {
    "Missing command.": "لم تكتب أمرًا؛ تعرض صفحة المساعدة الأوامر",
    "No such command {name}.": "لا أمر باسم {name}",
    "No such command {name}. Did you mean {near}?": "لا أمر باسم {name}؛ هل قصدت {near}؟",
    "No such option: {name}": "لا خيار باسم {name}",
    "No such option: {name} (Possible options: {near})": "لا خيار باسم {name}؛ هل قصدت {near}؟",
    "Option {name} requires an argument.": "الخيار {name} يحتاج قيمة بعده",
    "Option {name} does not take a value.": "الخيار {name} لا يأخذ قيمة",
    "Got unexpected extra argument(s) ({words})": "زيادة لا يعرفها الأمر: {words}",
    "Missing argument {name}.": "المدخل {name} ناقص",
    "Missing option {name}.": "الخيار {name} ناقص",
    "Missing option {name}. Choose from: {known}": "الخيار {name} ناقص؛ الممكن: {known}",
    "Invalid value for {name}: {said_why}": "قيمة {name} لا تصلح: {said_why}",
    "Input should be a valid integer, unable to parse string as an integer": "اكتب عددًا صحيحًا",
    "Input should be a valid number, unable to parse string as a number": "اكتب عددًا",
    "Input should be greater than or equal to {least}": "يجب ألا تقل عن {least}",
    "Input should be less than or equal to {most}": "يجب ألا تزيد على {most}",
    "Value error, {value} is not one of {known}.": "{value} ليس من الممكن: {known}",
    "Value error, {value} does not match the formats {forms}.": "اكتب يومًا مثل 2026-10-01، لا {value}",
    "{kind} {file} does not exist.": "لا ملف ولا مجلد باسم {file}",
    "{kind} {file} is a directory.": "{file} مجلد، والمطلوب ملف",
    "{kind} {file} is a file.": "{file} ملف، والمطلوب مجلد",
    "{kind} {file} is not readable.": "لا إذن بقراءة {file}",
}
"""The Arabic of typer's sentences, by their form (0.29)."""
_QUOTED: Final = re.compile(r"'(--?[a-z][\w-]*|[A-Z][A-Z_]*)'")
"""An option or an argument in quotes; it is set apart by other means."""


def told(error: TyperException) -> str:
    """Says a mistake with the command's form and the way to its help; a page of help, where nothing was asked for, as it is."""
    from wasl.service.phrases import compiled
    from wasl.service.phrases import told as in_arabic

    known = compiled(USAGE)
    context: Any = getattr(error, "ctx", None)
    message = _QUOTED.sub(r"\1", " ".join(error.format_message().split()))
    if context is None:
        return set_apart(f"خطأ: {in_arabic(message, 'ar', among=known)}")
    if message == " ".join(context.get_help().split()):
        return str(context.get_help())
    helped = set_apart(f"للمساعدة: {apart(f'{context.command_path} --help')}")
    return "\n".join([usage(context.command, context), helped, "", set_apart(f"خطأ: {in_arabic(message, 'ar', among=known)}")])
