"""What Wasl survives: each row names the test that shows it; a row whose test is gone cannot be written."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

from scripts.docs.tables import table

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "docs" / "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault, what the person gets, and the test that shows it (file under tests/, function)."""

    fault: tuple[str, str]
    outcome: tuple[str, str]
    test: tuple[str, str]


_DRILL = "journeys/test_drill.py"
_METER = "unit/service/test_meter.py"
_TROUBLE = "journeys/test_trouble.py"
_ATTEND = "unit/service/test_attend.py"
_ASK = "unit/service/test_ask.py"
_ASK_STREAMS = "unit/service/test_ask_streams.py"
_OUTAGES = "crash/test_outages.py"
ROWS = (
    Row(
        fault=("The process is killed while people write", "تُقتل العملية والناس يكتبون"),
        outcome=("What was said is answered once after it starts again", "يُجاب عما قيل مرة واحدة بعد أن تعود"),
        test=("journeys/test_simulation.py", "test_what_is_said_while_wasl_is_dead_is_answered_once_after_it_starts_again"),
    ),
    Row(
        fault=("It is killed while people link and part their channels", "تُقتل وهم يربطون قنواتهم ويفصلونها"),
        outcome=(
            "All is answered once, and nobody is shown another's words",
            "يُجاب عن كل شيء مرة واحدة، ولا يرى أحد كلام غيره",
        ),
        test=("crash/test_linking.py", "test_killed_while_people_link_and_part_nobody_is_lost_or_shown_to_another"),
    ),
    Row(
        fault=("The database dies", "تتوقف قاعدة البيانات"),
        outcome=("Platforms hear 503 and send again; nothing is lost", "تسمع المنصات ٥٠٣ فتعيد الإرسال، ولا يضيع شيء"),
        test=(_OUTAGES, "test_while_postgresql_is_dead_hooks_answer_503_and_after_it_nothing_is_lost"),
    ),
    Row(
        fault=("The disk is full", "يمتلئ القرص"),
        outcome=("The same, and it recovers by itself", "مثل ذلك، ثم يتعافى وحده"),
        test=(_OUTAGES, "test_while_the_disk_is_full_hooks_answer_503_and_it_recovers_by_itself"),
    ),
    Row(
        fault=("The platform takes a send and its answer is cut off", "تأخذ المنصة الرسالة وينقطع ردها"),
        outcome=("A receipt settles it; it is not sent twice", "يحسمه الإيصال، ولا تُرسل مرتين"),
        test=(_OUTAGES, "test_sends_whose_answer_is_cut_off_are_settled_by_receipts_and_never_repeated"),
    ),
    Row(
        fault=("A model provider throttles us and says for how long", "مزوّد النموذج يطلب التمهّل ويذكر المدة"),
        outcome=("The next candidate answers; the first is left alone for that long", "يجيب المرشح التالي، ويُترك الأول تلك المدة"),
        test=(_ASK, "test_throttled_with_a_time_is_left_alone_for_that_long"),
    ),
    Row(
        fault=("It is down for long", "المزوّد متعطل طويلًا"),
        outcome=("Its circuit opens: nobody waits for it", "تُفتح دائرته فلا ينتظره أحد"),
        test=(_ASK, "test_503_for_long_opens_the_circuit_so_that_people_do_not_wait_for_it"),
    ),
    Row(
        fault=("It accepts the question and falls silent", "يقبل السؤال ثم يصمت"),
        outcome=("The next answers inside the limit; the silent one is not asked again", "يجيب التالي ضمن المهلة، ولا يُسأل الصامت ثانية"),
        test=(_ASK_STREAMS, "test_a_silent_candidate_is_left_within_its_limit_and_not_asked_again"),
    ),
    Row(
        fault=("Its stream breaks off, stalls or ends without its end mark", "ينقطع بثّه أو يتوقف أو ينتهي بلا علامة نهاية"),
        outcome=("One whole answer from the next, never a torso", "جواب كامل واحد من التالي، لا جواب مبتور"),
        test=(_ASK_STREAMS, "test_a_broken_stream_is_thrown_away_and_the_next_begins_anew"),
    ),
    Row(
        fault=("It comes and goes", "يعمل حينًا ويتعطل حينًا"),
        outcome=("It is probed, and taken back when it holds", "يُجرَّب من حين إلى حين ويعود حين يثبت"),
        test=(_ASK, "test_a_flapping_primary_is_probed_and_taken_back"),
    ),
    Row(
        fault=("The prompt is too long for the model", "السؤال أطول مما يسعه النموذج"),
        outcome=("A larger model is asked, never the same again", "يُسأل نموذج أكبر، ولا يُعاد السؤال على نفسه"),
        test=(_ASK, "test_a_prompt_too_long_goes_to_a_larger_model_only"),
    ),
    Row(
        fault=("Only a dearer model is left", "لم يبقَ إلا نموذج أغلى"),
        outcome=("It answers only as far as you allowed, and says so", "يجيب في حدود ما سمحت به ويخبر بذلك"),
        test=(_ASK, "test_a_dearer_class_answers_only_up_to_the_ceiling_and_with_a_notice"),
    ),
    Row(
        fault=("A platform closes our account, and a provider is gone on the same day", "تغلق منصة حسابنا ويختفي مزوّد في اليوم نفسه"),
        outcome=(
            "The next model answers; what cannot be sent is stored; the drill said so before",
            "يجيب النموذج التالي، ويُحفظ ما لا يُرسل، وقد قال التدريب ذلك من قبل",
        ),
        test=(_DRILL, "test_when_a_channel_and_a_provider_are_lost_at_once_the_rest_goes_on"),
    ),
    Row(
        fault=("A platform closes its door to us on a day", "تغلق منصة بابها أمامنا في يوم معلوم"),
        outcome=(
            "Everyone was told in time; who opened their link has the whole history elsewhere",
            "أُخبر الجميع في وقته، ومن فتح رابطه وجد سجله كاملًا في مكان آخر",
        ),
        test=("journeys/test_sunset.py", "test_nobody_is_lost_when_a_channel_closes"),
    ),
    Row(
        fault=("A provider ends a model", "يُنهي مزوّدٌ نموذجًا"),
        outcome=("Another was tried on real questions and takes its place on the day", "جُرّب غيره على أسئلة حقيقية ويحل محله في اليوم"),
        test=("journeys/test_model_sunset.py", "test_a_model_is_tried_in_shadow_and_replaced_on_its_day_in_every_process"),
    ),
    Row(
        fault=("A budget is nearly spent, and 64 people write at once", "أوشكت الميزانية وكتب 64 شخصًا معًا"),
        outcome=("It is not passed: cheaper models answer, then your documents", "لا تُتجاوز: تجيب نماذج أرخص ثم وثائقك"),
        test=(_METER, "test_64_at_once_never_overspend_by_more_than_one_reserve"),
    ),
    Row(
        fault=("The platform warns that it will restrict the account", "تنذر المنصة بأنها ستقيّد الحساب"),
        outcome=("You are told at once; the channel is careful until you clear it", "تُخبَر فورًا، وتحذر القناة إلى أن تُنهي التنبيه"),
        test=(_TROUBLE, "test_every_first_sign_is_noted_and_survives_the_plug"),
    ),
    Row(
        fault=("A person asks for a human and nobody comes", "يطلب شخص إنسانًا فلا يأتي أحد"),
        outcome=("They hear so, and the assistant goes on", "يُقال له ذلك، ويتابع المساعد"),
        test=(_ATTEND, "test_where_nobody_comes_the_person_hears_so_and_the_assistant_goes_on"),
    ),
    Row(
        fault=("All models are gone", "غابت النماذج كلها"),
        outcome=("Your documents answer, by quoting", "تجيب وثائقك اقتباسًا"),
        test=(_ASK, "test_the_keyless_candidate_answers_when_all_others_are_gone"),
    ),
    Row(
        fault=("A secret gets into a log line", "سرٌّ يتسرب إلى سطر في السجل"),
        outcome=("It is hidden, as are phone numbers", "يُخفى، وكذلك أرقام الهواتف"),
        test=("unit/service/test_logs.py", "test_secrets_and_phone_numbers_in_text_are_hidden"),
    ),
)


def block(language: str) -> str:
    """Writes the table in one language, with what the last kept crash run counted above it."""
    pick = 1 if language == "ar" else 0
    head = (("fault", "what the person gets", "shown by"), ("العطل", "ما يناله الشخص", "يثبته"))[pick]
    rows = [(row.fault[pick], row.outcome[pick], _evidence(row, pick)) for row in ROWS]
    return _crash(pick) + "\n\n" + table(head, rows)


def _evidence(row: Row, pick: int) -> str:
    file, name = row.test
    path = ROOT / "tests" / file
    known = {n.name for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    if name not in known:
        raise SystemExit(f"The table of what Wasl survives names {name}, which is not in tests/{file}; mend scripts/docs/survives.py.")
    return f"[{('test', 'اختبار')[pick]}](tests/{file})"


def _crash(pick: int) -> str:
    path = FIGURES / "crash.json"
    if not path.exists():
        return (
            "Processes are killed at random instants and at every commit point by `make crash`, which counts what was lost.",
            "يقتل الأمر `make crash` العمليات في لحظات عشوائية وعند كل نقطة حفظ ثم يعدّ ما ضاع.",
        )[pick]
    f = json.loads(path.read_text(encoding="utf-8"))
    return (
        f"**Killed {f['kills']:,} times over {f['messages']:,} messages** (at random instants and at every commit point, with repeated "
        f"webhooks and shuffled receipts, on SQLite and PostgreSQL): {f['lost']:,} lost, {f['out_of_order']:,} out of order, "
        f"{f['twice_where_knowable']:,} sent twice where the platform lets us know. Repeat it: `make crash`.",
        f"**قُتلت العمليات {f['kills']:,} مرة خلال {f['messages']:,} رسالة** (في لحظات عشوائية وعند كل نقطة حفظ، مع رسائل مكررة وإيصالات "
        f"مبعثرة، على SQLite وPostgreSQL): ضاع منها {f['lost']:,}، واختل ترتيب {f['out_of_order']:,}، "
        f"وأُرسل مرتين {f['twice_where_knowable']:,} حيث تتيح المنصة أن نعرف. أعد التجربة: `make crash`.",
    )[pick]
