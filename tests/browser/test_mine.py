"""Journeys of a visitor through what is theirs, in both languages."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Download, Page, expect
from tests.browser import plans
from tests.browser.composition import Composition
from tests.browser.driving import DESK, PHONE, Drive, answers, say, violations
from tests.browser.hostile import HOSTILE
from tests.browser.test_accessibility import too_wide_or_small
from tests.unit.web.test_mine import exported

from wasl.testing.simulators.mail import SimulatedMail

pytestmark = pytest.mark.browser

WHATSAPP = """\
[2024-03-15, 09:12:01] سارة: صباح الخير
[2024-03-15, 09:12:40] Omar: Good morning
[2024-03-15, 09:13:05] سارة: وصلت الطلبية وبالمكتب من يستلمها
[2024-03-16, 18:00:00] Omar: <b>thanks</b>
""".replace("\n", "\r\n")


async def go(page: Page, drive: Drive, path: str) -> None:
    await page.goto(f"{drive.wasl.url}{path}")
    await page.locator("body.loaded").wait_for()


async def drop(page: Page, name: str, text: str) -> None:
    """Drags a file over the page and lets it go."""
    await page.evaluate(
        """([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name, { type: "text/plain" }));
          for (const kind of ["dragover", "drop"]) document.getElementById("zone").dispatchEvent(
            new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
        }""",
        [name, text],
    )


async def bring(page: Page, drive: Drive, name: str, text: str) -> None:
    await go(page, drive, "/me/bring")
    await drop(page, name, text)
    await page.locator("#preview").wait_for()
    await page.locator("#start .button").first.click()
    await page.locator("#report").wait_for()


async def saved_bytes(download: Download) -> bytes:
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_two_devices_are_joined_by_a_code_and_show_one_history_at_once(drive: Drive, language: str) -> None:
    phone = await drive.chat(language=language, size=PHONE, touch=True)
    await say(phone, "from the phone")
    await answers(phone, 1)
    desk = await drive.chat(language=language)
    await say(desk, "from the desk")
    await answers(desk, 1)
    linking = await drive.page(desk.context)
    await go(linking, drive, "/me/link")
    await linking.locator("#offer").click()
    await expect(linking.locator("#qr svg")).to_be_visible()
    code = await linking.locator("#code").inner_text()
    other = await drive.page(phone.context)
    await go(other, drive, "/me/link")
    await other.locator("#entered").fill(code.lower())
    await other.locator("#enter button").click()
    await expect(other.locator("#confirm-words")).to_contain_text({"ar": "رسالتان", "en": "2 messages"}[language])
    await other.locator("#yes").click()
    await expect(other.locator("#identities li")).to_have_count(2)
    for page in (phone, desk):  # both were open all the time
        await expect(page.locator("#log .message")).to_have_count(4)
        await expect(page.locator("#log .mine").first).to_contain_text("from the phone")
    await say(phone, "again from the phone")
    await expect(desk.locator("#log .mine").last).to_contain_text("again from the phone")
    await expect(desk.locator("#log .message")).to_have_count(6)
    await other.locator("#identities button").first.click()
    await expect(desk.locator("#log .message")).to_have_count(2)
    await other.locator("#ended button").first.click()
    await expect(desk.locator("#log .message")).to_have_count(6)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_dragged_export_is_looked_through_brought_found_and_continued(drive: Drive, language: str) -> None:
    page = await drive.chat(language=language, size=PHONE)
    await say(page, "hello")
    await answers(page, 1)
    await go(page, drive, "/me/bring")
    await drop(page, "notes.txt", "milk\nbread\n")
    await expect(page.locator("#status")).to_contain_text("could not be read" if language == "en" else "تعذّرت قراءة هذا الملف")
    await expect(page.locator("#status")).not_to_contain_text("_export")
    await drop(page, "WhatsApp Chat with Sara.txt", WHATSAPP)
    await page.locator("#preview").wait_for()
    await page.reload()  # what was under way is there again
    await page.locator("#preview").wait_for()
    await expect(page.locator("#found-chats")).to_contain_text("سارة")
    await expect(page.locator("#found dd").nth(3)).to_have_text("4")
    await page.locator("#start .button").first.click()
    await page.locator("#report").wait_for()
    await expect(page.locator("#sum")).to_have_text(re.compile(r"4.*=.*4.*0.*0"))
    await go(page, drive, "/me/search")
    await page.locator("#q").fill("مكتب")  # in the text: with an attached prefix
    await expect(page.locator(".hit mark")).to_have_text("وبالمكتب")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".hit")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#log .message.at")).to_contain_text("وصلت الطلبية")
    await expect(page.locator("#log .message")).to_have_count(4)
    await expect(page.locator("#log .message").last).to_contain_text("<b>thanks</b>")
    await page.locator("#continue").click()
    await page.wait_for_url(f"{drive.wasl.url}/")
    await answers(page, 1)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_everything_is_taken_out_by_a_link_that_works_once_and_then_erased(drive: Drive, language: str) -> None:
    drive.trouble.allowed_errors += ("410",)
    page = await drive.chat(language=language)
    await say(page, "keep this")
    await answers(page, 1)
    await go(page, drive, "/me/data")
    await page.locator("#export .button").click()
    await page.locator("#made").wait_for()
    link = f"{drive.wasl.url}{await page.locator('#fetch').get_attribute('href')}"
    fetching = await drive.page()
    await fetching.goto(link)
    async with fetching.expect_download() as started:
        await fetching.locator("form button").click()
    assert len(await saved_bytes(await started.value)) > 500
    answer = await fetching.goto(link)
    assert answer is not None
    assert answer.status == 410
    await page.locator("#weigh").click()
    await page.locator("#erase-typed").fill("WRONG")
    await page.locator("#erase .grave").click()
    await expect(page.locator("#status")).not_to_be_empty()
    await page.locator("#erase-typed").fill(await page.locator("#erase-code").inner_text())
    await page.locator("#erase .grave").click()
    await expect(page.locator("#receipt-id")).to_have_text(re.compile(r"[0-9a-f-]{36}"))
    async with page.expect_download() as saved:
        await page.locator("#save-receipt").click()
    assert json.loads(await saved_bytes(await saved.value))["counts"]["message"] == 2
    await page.goto(drive.wasl.url)
    await page.locator("body.loaded").wait_for()
    await expect(page.locator("#log .message")).to_have_count(0)


async def test_hostile_chats_stay_words_in_preview_reading_and_hits(drive: Drive) -> None:
    page = await drive.chat()
    await go(page, drive, "/me/bring")
    data = exported(*(f"needle {words}".replace("\x00", "") for words in HOSTILE), title=HOSTILE[1]).decode()
    await drop(page, "<img src=x onerror=window.broken=1>.json", data)
    await page.locator("#preview").wait_for()
    await expect(page.locator("#found-chats")).to_contain_text(HOSTILE[1])
    await page.locator("#start .button").first.click()
    await page.locator("#report").wait_for()
    await go(page, drive, "/me")
    await expect(page.locator("#chats .name")).to_contain_text(HOSTILE[1])
    await page.locator("#chats a").click()
    await expect(page.locator("#log .message")).to_have_count(len(HOSTILE))
    assert await page.locator("#log :is(img, script, iframe, svg:not([aria-hidden]), form, style, a, video)").count() == 0
    await go(page, drive, "/me/search?q=needle")
    await expect(page.locator(".hit").first).to_be_visible()
    assert await page.locator("#hits :is(img, script, iframe, svg, form, style, video)").count() == 0
    assert await page.evaluate("window.broken") is None


@pytest.fixture
async def mail(wasl: Composition) -> AsyncIterator[SimulatedMail]:
    async with SimulatedMail().running() as mail:
        wasl.mail = mail
        await wasl.stop()
        await wasl.start()
        yield mail


async def test_an_e_mail_link_signs_in_the_browser_that_opens_it(drive: Drive, mail: SimulatedMail) -> None:
    first = await drive.chat()
    await say(first, "from the first browser")
    await answers(first, 1)
    await go(first, drive, "/me/link")
    await first.locator("#email").fill("sara@example.org")
    await first.locator("#mail-form button").click()
    await expect(first.locator("#status")).not_to_be_empty()
    await open_letter(first, mail)
    await expect(first.locator("#account")).to_contain_text("sara@example.org")
    second = await drive.chat()
    await go(second, drive, "/me/link")
    await second.locator("#email").fill("sara@example.org")
    await second.locator("#mail-form button").click()
    await expect(second.locator("#status")).not_to_be_empty()
    await open_letter(second, mail)
    await second.goto(drive.wasl.url)
    await expect(second.locator("#log .mine")).to_contain_text("from the first browser")
    await go(second, drive, "/me/link")
    await second.get_by_role("button", name="Sign out here").click()
    await expect(second.locator("#email")).to_be_visible()
    await second.goto(drive.wasl.url)
    await second.locator("body.loaded").wait_for()
    await expect(second.locator("#log .message")).to_have_count(0)


async def open_letter(page: Page, mail: SimulatedMail) -> None:
    found = re.search(r"http://\S+/me/enter\S+", mail.letters[-1].get_content())
    assert found
    await page.goto(found[0])
    await page.locator("#enter").click()
    await page.wait_for_url("**/me/link*")
    await page.locator("body.loaded").wait_for()


async def test_a_passkey_made_in_one_browser_signs_another_in(drive: Drive) -> None:
    home = drive.wasl.url.replace("127.0.0.1", "localhost")
    first = await drive.page()
    keys = await first.context.new_cdp_session(first)
    await keys.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device = await keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await first.goto(home)
    await say(first, "from the first browser")
    await answers(first, 1)
    await first.goto(f"{home}/me/link")
    await first.get_by_role("button", name="Make a passkey").click()
    await expect(first.locator("#account")).to_contain_text("Passkeys: 1")
    made = (await keys.send("WebAuthn.getCredentials", device))["credentials"][0]
    second = await drive.page()
    other_keys = await second.context.new_cdp_session(second)
    await other_keys.send("WebAuthn.enable")
    other = await other_keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await other_keys.send("WebAuthn.addCredential", {**other, "credential": made})
    await second.goto(f"{home}/me/link")
    await second.get_by_role("button", name="Sign in with a passkey").click()
    await expect(second.locator("#account")).to_contain_text("Passkeys: 1")
    await second.goto(home)
    await expect(second.locator("#log .mine")).to_contain_text("from the first browser")


async def every_page(drive: Drive, *, language: str, **options: object) -> AsyncIterator[tuple[str, Page]]:
    """Walks the new pages, each as it looks in use."""
    page = await drive.chat(language=language, **options)  # type: ignore[arg-type]
    await say(page, "hello")
    await answers(page, 1)
    await bring(page, drive, "chat.txt", WHATSAPP)
    yield "report", page
    await go(page, drive, "/me/bring")
    await drop(page, "x.json", exported("one", "two").decode())
    await page.locator("#preview").wait_for()
    yield "preview", page
    await go(page, drive, "/me")
    yield "conversations", page
    await go(page, drive, "/me/search?q=hello")
    await page.locator(".hit").first.wait_for()
    yield "search", page
    await go(page, drive, "/me")
    await page.locator("#chats a").first.click()
    await page.locator("body.loaded").wait_for()
    yield "reading", page
    await plans.close(drive.wasl.store, drive.wasl.clock)
    await go(page, drive, "/me/link")
    await page.locator("#offer").click()
    await page.locator("#qr svg").wait_for()
    await page.locator("#proof-handle").fill("sara@example.org")
    yield "channels, and proving an old address", page
    await page.locator("#prove button").click()
    await expect(page.locator("#status")).not_to_be_empty()
    yield "a proof asked for", page
    await go(page, drive, "/me/data")
    await page.locator("#export .button").click()
    await page.locator("#made").wait_for()
    link = await page.locator("#fetch").get_attribute("href")
    await page.locator("#weigh").click()
    await page.locator("#erase").wait_for()
    yield "my data", page
    await page.goto(f"{drive.wasl.url}{link}")
    yield "export", page
    await go(page, drive, "/me/enter?key=x")
    yield "enter", page
    await page.goto(f"{drive.wasl.url}/widget/me?lang={language}")
    await page.locator("body.loaded").wait_for()
    yield "in a frame", page
    await page.goto(await drive.wasl.login_url())
    await page.locator("form button").click()
    await page.locator(".tiles").wait_for()
    for name, path in (("people", "people"), ("console search", "search?q=hello"), ("imports", "imports")):
        await page.goto(f"{drive.wasl.url}/console/{path}")
        yield name, page
    await page.goto(f"{drive.wasl.url}/console/people")
    await page.locator(".tile").first.click()
    yield "person", page
    person = page.url
    await page.goto(f"{person}/erase")
    yield "console erase", page
    await page.goto(person)
    await page.locator("main a[href^='/console/chats/']").first.click()
    yield "console reading", page
    await go(page, drive, "/me/data")
    await page.locator("#weigh").click()
    await page.locator("#erase-code:not(:empty)").wait_for()
    await page.locator("#erase-typed").fill(await page.locator("#erase-code").inner_text())
    await page.locator("#erase .grave").click()
    await page.locator("#receipt").wait_for()
    yield "erased", page


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
async def test_no_new_page_breaks_a_rule_of_accessibility_or_is_wider_than_a_small_phone(
    drive: Drive, language: str, scheme: str, size: tuple[int, int], counted: dict[str, float]
) -> None:
    drive.trouble.allowed_errors += ("410",)
    broken: list[str] = []
    async for name, page in every_page(drive, language=language, scheme=scheme, size=size, reduced_motion="reduce"):
        found = await violations(page)
        counted["pages"] += 1
        counted["axe_violations"] += len(found)
        broken.extend(f"{name}: {one}" for one in found)
        if size == PHONE:
            broken.extend(await too_wide_or_small(name, page))
    assert sorted(set(broken)) == []
