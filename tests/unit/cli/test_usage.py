"""What is wrong with how a command was typed, said in Arabic."""

from pathlib import Path

import pytest
from tests.marks import seen
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_SETTINGS
from wasl.cli.usage import USAGE
from wasl.service.phrases import compiled, told
from wasl.wire.isolate import is_arabic

WRONG = {
    "": "لم تكتب أمرًا",
    "nope": "لا أمر باسم 'nope'؛ هل قصدت 'scope'؟",
    "qqq": "لا أمر باسم 'qqq'",
    "key": "لم تكتب أمرًا",
    "key add": "المدخل LABEL ناقص",
    "status --nope": "لا خيار باسم --nope",
    "status --hour 3": "لا خيار باسم --hour؛ هل قصدت --hours؟",
    "status --hours": "الخيار --hours يحتاج قيمة بعده",
    "status --json=3": "الخيار --json لا يأخذ قيمة",
    "status extra more": "زيادة لا يعرفها الأمر: extra more",
    "audit --rater Mona": "الخيار --channel ناقص",
    "status --hours x": "قيمة --hours لا تصلح: اكتب عددًا صحيحًا",
    "status --hours 0": "قيمة --hours لا تصلح: يجب ألا تقل عن 1",
    "simulate --port 70000": "قيمة --port لا تصلح: يجب ألا تزيد على 65535",
    "sunset plan x --on 2027-01-01 --per-second a": "قيمة --per-second لا تصلح: اكتب عددًا",
    "sunset plan x --on tomorrow": "قيمة --on لا تصلح: اكتب يومًا مثل 2026-10-01، لا 'tomorrow'",
    "drill --how x": "قيمة --how لا تصلح: 'x' ليس من الممكن: 'refused', 'disabled', 'silence', 'throttled'",
    "terms bring some nowhere.txt": "قيمة FILE لا تصلح: لا ملف ولا مجلد باسم 'nowhere.txt'",
    "terms bring some .": "قيمة FILE لا تصلح: '.' مجلد، والمطلوب ملف",
    "simulate --data a.file": "قيمة --data لا تصلح: 'a.file' ملف، والمطلوب مجلد",
}
"""What is typed, and what is said of it; `--language ar` comes before it."""


def run(*arguments: str) -> Result:
    return typed(*arguments, catch=False)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.file").touch()


@pytest.mark.parametrize("typed", sorted(WRONG))
def test_a_mistake_is_said_in_arabic_with_the_form_and_the_way_to_help(typed: str) -> None:
    arguments = typed.split()
    result = run(*arguments[:1], "--language", "ar", *arguments[1:]) if arguments[:1] == ["key"] else run("--language", "ar", *arguments)
    assert result.exit_code == EXIT_SETTINGS
    assert f"خطأ: {WRONG[typed]}" in seen(result.stderr)
    assert ("الاستعمال:\n  wasl" in seen(result.stderr)) == ("يحتاج" not in WRONG[typed] and "لا يأخذ" not in WRONG[typed])
    assert ("للمساعدة: wasl" in seen(result.stderr)) == ("الاستعمال" in result.stderr)  # typer forgets these for the value of an option
    assert "Error" not in result.stderr


@pytest.mark.parametrize("typed", sorted(set(WRONG) - {"", "key"}))
def test_the_same_mistake_is_said_in_english_where_nothing_names_arabic(typed: str) -> None:
    result = run(*typed.split())
    assert result.exit_code == EXIT_SETTINGS
    assert "Error: " in result.stderr
    assert not is_arabic(result.stderr)


def test_the_variable_names_the_language_of_a_mistake_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASL_LANGUAGE", "ar")
    assert "لا أمر باسم" in seen(run("qqq").stderr)


def test_every_form_of_a_mistake_is_known_and_only_whole() -> None:
    known = compiled(USAGE)
    for form in USAGE:
        assert is_arabic(told(form.replace("{", "").replace("}", ""), "ar", among=known)), form
    assert not is_arabic(told("No such thing", "ar", among=known))
