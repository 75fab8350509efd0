"""Read: the words of pages as they came, whatever they are written in, and whether they may be the declared document."""

from collections.abc import Sequence
from dataclasses import dataclass

from wasl.domain.errors import WaslError
from wasl.terms.canonical import Canonical, canonical
from wasl.terms.declaration import Declaration, Source
from wasl.terms.extract import Extracted, decoded, extract
from wasl.terms.guards import wrong_page
from wasl.terms.pdf import is_pdf, pdf_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it came."""

    source: Source
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A document as it was read. `wrong` says why it cannot be the declared one; then nothing of it is a version."""

    markdown: str = ""
    page: Canonical | None = None
    wrong: str = ""


def read_pages(declaration: Declaration, pages: Sequence[Page]) -> Read:
    """Reads the pages of a document, in the order of its declaration."""
    parts: list[str] = []
    for page in pages:
        try:
            found = _read(page)
        except WaslError as error:
            return Read(wrong=error.message)
        why = wrong_page(found, page.source, declaration.document)
        if why is not None:
            return Read(markdown=found.markdown, wrong=why)
        parts.append(found.markdown)
    markdown = "\n\n".join(parts)
    return Read(markdown=markdown, page=canonical(markdown))


def _read(page: Page) -> Extracted:
    if is_pdf(page.body):
        return Extracted(pdf_text(page.body), False, 1.0)
    text = decoded(page.body, content_type=page.content_type)
    kind = page.content_type.partition(";")[0].strip().casefold()
    if kind in ("text/markdown", "text/plain") or (not kind and "<html" not in text[:4000].casefold()):
        return Extracted(text.replace("\r\n", "\n"), False, 1.0)
    return extract(text, page.source)
