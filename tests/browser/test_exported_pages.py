"""Pages that leave, in a real Chromium without a network: nothing in them runs, nothing is asked for, directions are Unicode's."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from playwright.async_api import Browser, Page
from scripts.ensure_tools import find_chromium
from tests.browser.driving import AXE, AXE_TAGS, chromium
from tests.browser.hostile import HOSTILE

from wasl.domain.archive import (
    Answering,
    Chat,
    Citation,
    Entry,
    File,
    Handle,
    Happening,
    More,
    Name,
    Participant,
    PhoneCall,
    Poll,
    PollOption,
    Reacted,
    Revision,
    Span,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
)  # fmt: skip
from wasl.domain.message import Contact, Place, Unknown
from wasl.formats.html import Html
from wasl.formats.markdown import Markdown
from wasl.ports.format import Order
from wasl.testing.contracts.format_shelf import rich_shelf
from wasl.testing.shelf import MemoryShelf

pytestmark = pytest.mark.browser
MORE_HOSTILE = (
    *HOSTILE,
    "javascript:window.broken=1",
    "JAVASCRIPT:window.broken=1",
    "\x01javascript:window.broken=1",
    "data:text/html,<script>parent.broken=1</script>",
    "vbscript:msgbox(1)",
    "https://elsewhere.example/\" onmouseover=\"window.broken=1",
    "https://elsewhere.example/'><script>window.broken=1</script>",
    "</style><script>window.broken=1</script>",
    "</title><script>window.broken=1</script>",
    "</pre></details></article><script>window.broken=1</script>",
    "x' onclick='window.broken=1",
    'x" autofocus onfocus="window.broken=1" a="',
    "url(https://elsewhere.example/x.png)",
    "background:url('https://elsewhere.example/x')",
    "\u202e\u2066\u2067\u2068 unclosed ‮ and more",
    "--- \ntitle: injected\n---\n# Heading\n<script>window.broken=1</script>",
    "    <script>window.broken=1</script>",
    "Setext\n===",
    "* list\n1. list\n> quote\n| a | b |\n|---|---|",
    "[ref]: javascript:window.broken=1\n[ref]",
    "<https://elsewhere.example/auto> &lt;script&gt; &#106;avascript:",
    "\ud83d half",
)  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.broken=1"><script>window.broken=1</script></svg>'
SHA = "ab" * 32


def parts_of(words: str) -> Sequence[Any]:
    long = len(words)
    return (
        Words(text=words, spans=(Span(0, long, "link", words), Span(0, 3, "bold"), Span(1, long, words))),
        Words(text=words, format="markdown"),
        Words(text=words, format="html"),
        File(role="photo", state="present", sha256=SHA, name=words, media_type="image/svg+xml", caption=words),
        File(role="document", state="omitted", name=words + ".svg", reason=words),
        Poll(question=words, options=(PollOption(words, 3, (words,)),)),
        Place(latitude=1.5, longitude=2.5, name=words, address=words, url=words),
        Contact(name=words, phones=(words,), emails=(words,), company=words),
        WebLink(url=words, title=words, text=words),
        Citation(target=words, title=words),
        Thinking(text=words),
        ToolAsked(name=words, id=words, input={words: words}),
        ToolGave(answers=words, content=words),
        Happening(kind=words, actor=words, before=words, after=words),
        PhoneCall(outcome=words),
        Unknown(kind=words, value={words: [words]}),
    )


def hostile_shelf() -> MemoryShelf:
    shelf = MemoryShelf(attachments={SHA: SVG})
    for words in MORE_HOSTILE:
        more = More(
            on_behalf_of=words, edited=True, revisions=(Revision(1, (Words(text=words),)),),
            reactions=(Reacted(words, words, 1, 2, (words,)),),
            reply_to=Answering(native_id=words, author=words, quote=words), flags=frozenset({words}),
        )  # fmt: skip
        people = [Participant(chat="c", key=words, names=(Name(words),), handles=(Handle(words, words),))]
        entries = [Entry(words, "user", words, 1_789_505_161_000, None, "s", words)]
        entries += [
            Entry(words, "user", words, 1_789_505_161_000 + at, None, "s", words, (part,), more) for at, part in enumerate(parts_of(words))
        ]
        shelf.put(Chat(key="c", kind="group", origin=words, title=words, native_id=words), people, entries)
    return shelf


def unpacked(form: Html | Markdown, shelf: MemoryShelf, folder: Path, order: Order) -> Path:
    out = io.BytesIO()
    list(form.write(shelf, order, out))
    zipfile.ZipFile(out).extractall(folder)
    return folder


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = find_chromium()
    assert executable is not None
    async with chromium(executable) as browser:
        yield browser


class Watched:
    """A page of which every request, script error and dialog is noted."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.trouble: list[str] = []
        page.on("request", lambda asked: None if asked.url.startswith(home) else self.trouble.append(f"asked for {asked.url[:100]}"))
        page.on("pageerror", lambda error: self.trouble.append(f"ran: {error}"))
        page.on("dialog", lambda dialog: self.trouble.append(f"a dialog: {dialog.message}"))
        page.on("console", lambda said: self.trouble.append(f"said: {said.text[:200]}"))


async def open_page(browser: Browser, home: str, *, width: int = 900) -> Watched:
    context = await browser.new_context(offline=True, viewport={"width": width, "height": 900})
    return Watched(await context.new_page(), home)


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_nothing_in_exported_pages_runs_and_nothing_is_asked_for(browser: Browser, tmp_path: Path, language: str) -> None:
    shelf = hostile_shelf()
    folder = unpacked(
        Html(), shelf, tmp_path, Order(scope="installation", language=language, title=MORE_HOSTILE[0], generator=MORE_HOSTILE[1])
    )
    watched = await open_page(browser, f"file://{folder}/")
    pages = [folder / "index.html", *sorted((folder / "chats").iterdir())]
    assert len(pages) == len(MORE_HOSTILE) + 1
    for file in pages:
        await watched.page.goto(file.as_uri())
        await watched.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        seen = await watched.page.evaluate(
            """() => ({
                broken: window.broken, scripts: document.scripts.length, styles: document.styleSheets.length,
                handlers: [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])
                  .filter(a => /^on|^style$|^srcdoc$|^ping$/i.test(a.name)).length,
                frames: document.querySelectorAll('iframe,object,embed,form,base,link,svg,math,input,button').length,
                metas: document.querySelectorAll('meta').length,
                links: [...document.links].map(a => a.protocol).filter(p => !['https:', 'http:', 'mailto:', 'tel:', 'file:'].includes(p)),
                lang: document.documentElement.lang, dir: document.documentElement.dir,
            })"""
        )  # fmt: skip
        assert seen == {
            "broken": None, "scripts": 0, "styles": 1, "handlers": 0, "frames": 0, "metas": 5, "links": [],
            "lang": language, "dir": "rtl" if language == "ar" else "ltr",
        }, file.name  # fmt: skip
    assert watched.trouble == []
    assert not [file for file in folder.rglob("*") if file.suffix in (".svg", ".xml", ".htm")]


async def test_hostile_words_are_shown_as_the_words_they_are(browser: Browser, tmp_path: Path) -> None:
    folder = unpacked(Html(), hostile_shelf(), tmp_path, Order(scope="installation"))
    watched = await open_page(browser, f"file://{folder}/")
    files = sorted((folder / "chats").iterdir())
    for words, file in zip(MORE_HOSTILE, files, strict=True):
        await watched.page.goto(file.as_uri())
        shown = await watched.page.evaluate("document.querySelector('article .text').textContent")
        expected = "".join(
            "\ufffd" if (c < " " and c not in "\t\n\r") or c in "\ufffe\uffff" or "\ud800" <= c <= "\udfff" else c for c in words
        )
        assert shown == expected, file.name


async def test_a_policy_stops_what_would_slip_through(browser: Browser, tmp_path: Path) -> None:
    folder = unpacked(Html(), hostile_shelf(), tmp_path, Order(scope="installation"))
    index = folder / "index.html"
    index.write_text(index.read_text().replace("<main>", '<main><script>window.broken=1</script><img src="https://elsewhere.example/x">'))
    watched = await open_page(browser, f"file://{folder}/")
    await watched.page.goto(index.as_uri())
    assert await watched.page.evaluate("window.broken") is None
    assert any("Content Security Policy" in one for one in watched.trouble)


async def test_markdown_that_leaves_holds_no_structure_of_others(browser: Browser, tmp_path: Path) -> None:
    """Rendered by a reader that allows HTML: everything a person wrote is still words."""
    folder = unpacked(Markdown(), hostile_shelf(), tmp_path, Order(scope="installation"))
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    watched = await open_page(browser, "about:")
    files = sorted(folder.rglob("*.md"))
    assert len(files) > len(MORE_HOSTILE)
    for file in files:
        body = file.read_text().split("\n---\n", 1)[1]
        await watched.page.set_content(f"<!DOCTYPE html><meta charset=utf-8>{reader.render(body)}")
        seen = await watched.page.evaluate(
            """() => ({
                broken: window.broken, scripts: document.scripts.length,
                bad: [...document.querySelectorAll('body *')].map(e => e.localName)
                  .filter(n => !['h1','h2','h3','p','a','strong','em','code','pre','ul','li','blockquote','br','hr'].includes(n)),
                links: [...document.links].filter(a => !/^(\\.\\.\\/media|chats)\\//.test(a.getAttribute('href')))
                  .map(a => a.protocol).filter(p => !['https:', 'http:', 'mailto:', 'tel:'].includes(p)),
                h1: document.querySelectorAll('h1').length,
            })"""
        )
        assert seen == {"broken": None, "scripts": 0, "bad": [], "links": [], "h1": 1}, file.name
    assert [one for one in watched.trouble if "about:" not in one] == []


MIXED = (
    # text, its direction, pairs (earlier in the text, later in the text) and whether the earlier one stands to the left
    ("صباح الخير Sara كيف حالك", "rtl", (("صباح", "Sara", False), ("Sara", "حالك", False))),
    ("Hello سارة how are you", "ltr", (("Hello", "سارة", True), ("سارة", "how", True))),
    ("שלום לכולם (hello) 123", "rtl", (("שלום", "hello", False), ("hello", "123", False))),
    ("رقم الطلب 1042 جاهز", "rtl", (("رقم", "1042", False), ("1042", "جاهز", False))),
    ("2026 هذا العام", "rtl", (("2026", "العام", False),)),
    ("+20 100 123 4567", "ltr", (("+20", "4567", True),)),
    ("السعر 25.50 USD فقط", "rtl", (("السعر", "25.50", False), ("USD", "فقط", False))),
    ("🎉 مبروك Omar!", "rtl", (("مبروك", "Omar", False),)),
)


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_arabic_hebrew_and_mixed_lines_are_laid_out_as_unicode_says(browser: Browser, tmp_path: Path, language: str) -> None:
    shelf = MemoryShelf()
    override = "\u202eevil name"
    people = [Participant(chat="c", key="a", names=(Name("سارة (work)"),)), Participant(chat="c", key="b", names=(Name(override),))]
    entries = [Entry("ab"[at % 2], "user", text, 1_789_505_161_000 + at, None, "s") for at, (text, _, _) in enumerate(MIXED)]
    shelf.put(Chat(key="c", kind="group", origin="X", title="عن العمل"), people, entries)
    folder = unpacked(Html(), shelf, tmp_path, Order(scope="chat", language=language))
    watched = await open_page(browser, f"file://{folder}/")
    await watched.page.goto(next((folder / "chats").iterdir()).as_uri())
    for at, (text, direction, pairs) in enumerate(MIXED, start=1):
        found = await watched.page.evaluate(
            """([id, pairs]) => {
                const words = document.querySelector(`#${id} .text`), style = getComputedStyle(words);
                const left = word => {
                    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT), range = document.createRange();
                    for (let node; (node = walker.nextNode());) {
                        const at = node.data.indexOf(word);
                        if (at < 0) continue;
                        range.setStart(node, at);
                        range.setEnd(node, at + word.length);
                        return range.getBoundingClientRect().left;
                    }
                };
                return { direction: style.direction, bidi: style.unicodeBidi, order: pairs.map(([a, b]) => left(a) < left(b)) };
            }""",
            [f"m{at}", [[a, b] for a, b, _ in pairs]],
        )
        assert found["direction"] == direction, text
        assert found["bidi"] in ("isolate", "plaintext"), text
        assert found["order"] == [left for _, _, left in pairs], text
    names = await watched.page.evaluate("[...document.querySelectorAll('.who bdi')].map(b => getComputedStyle(b).unicodeBidi)")
    assert names
    assert set(names) == {"isolate"}
    after = await watched.page.evaluate("[...document.querySelectorAll('time bdi')].map(b => b.textContent)")
    assert len(after) == len(MIXED)
    assert watched.trouble == []


async def test_pages_are_turned_and_fit_a_phone(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wasl.formats.html as html

    monkeypatch.setattr(html, "ENTRIES_PER_PAGE", 3)
    shelf = MemoryShelf()
    entries = [Entry(None, "user", f"{n} " + "طويل" * 60, 1_789_505_161_000 + n, None, "s", str(n)) for n in range(8)]
    shelf.put(Chat(key="c", kind="direct", origin="X", title="T"), [], entries)
    folder = unpacked(Html(), shelf, tmp_path, Order(scope="chat", language="ar", eastern_digits=True))
    watched = await open_page(browser, f"file://{folder}/", width=320)
    await watched.page.goto((folder / "index.html").as_uri())
    assert await watched.page.locator(".pages a").count() == 3
    await watched.page.locator(".pages a").first.click()
    seen = [await watched.page.locator("article").count()]
    while await watched.page.locator("nav a[rel=next]").count():
        await watched.page.locator("nav a[rel=next]").last.click()
        seen.append(await watched.page.locator("article").count())
    assert seen == [3, 3, 2]
    assert await watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "٢٠٢٦" in await watched.page.locator("h2.day").first.inner_text()
    await watched.page.locator("nav a[rel=prev]").first.click()
    await watched.page.locator("nav a").first.click()
    assert watched.page.url.endswith("index.html")
    assert watched.trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "en"])
async def test_pages_can_be_read_by_everybody(browser: Browser, tmp_path: Path, language: str, scheme: Any) -> None:
    folder = unpacked(Html(), rich_shelf(), tmp_path, Order(scope="installation", language=language))
    context = await browser.new_context(offline=True, color_scheme=scheme, viewport={"width": 900, "height": 900})
    page = await context.new_page()
    for file in [folder / "index.html", *sorted((folder / "chats").iterdir())]:
        await page.goto(file.as_uri())
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(AXE_TAGS)}}}).then((r) => r.violations)")
        told = [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
        assert told == [], file.name
