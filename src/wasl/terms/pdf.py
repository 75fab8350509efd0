"""PDF: the words of a file, where the reader of PDFs (the extra `pdf`) is installed; said plainly where it is not."""

import io
from typing import Final

from wasl.domain.errors import Malformed, SettingWrong, TooLarge

PAGES_MAX: Final = 500
PDF_BYTES_MAX: Final = 16 << 20
CHARACTERS_MAX: Final = 4_000_000
SIGN: Final = b"%PDF-"


def is_pdf(body: bytes) -> bool:
    """Says whether these are the bytes of a PDF."""
    return SIGN in body[:1024]


def pdf_text(body: bytes) -> str:
    """Gives the words of a PDF, page by page. Text inside pictures is not read. Raises SettingWrong where the reader is not installed,
    TooLarge, and Malformed for what is no readable PDF."""
    if len(body) > PDF_BYTES_MAX:
        raise TooLarge(f"the PDF is over {PDF_BYTES_MAX} bytes; it was not read", limit_bytes=PDF_BYTES_MAX)
    try:
        from pypdf import PdfReader  # an extra: only who watches PDFs needs it
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise SettingWrong("PDFs are not read: install the extra `pdf`, or paste the text of the document") from error
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        if len(reader.pages) > PAGES_MAX:
            raise TooLarge(f"the PDF has more than {PAGES_MAX} pages; it was not read", limit_pages=PAGES_MAX)
        text = "\n\n".join(page.extract_text() or "" for page in reader.pages)[:CHARACTERS_MAX]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError, NotImplementedError) as error:
        raise Malformed(f"this PDF cannot be read ({type(error).__name__}); paste the text of the document") from error
    if not text.strip():
        raise Malformed("this PDF holds no text, only pictures; paste the text of the document")
    return text
