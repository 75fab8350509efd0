"""A site whose terms are watched, and its pages: what a courier says, changed clause by clause."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.site import Site

from wasl.domain.terms import Version
from wasl.net.http import HttpNetwork
from wasl.service.fetch_terms import FetchTerms
from wasl.service.watch import Seen, Told, Watch
from wasl.store.sqlite import SqliteStore
from wasl.terms.declaration import Declaration, read_declarations
from wasl.testing.clock import TestClock

HOUR = 3600.0
DAY = 24 * HOUR
NAME = "courier/terms"
DECLARED = """
platform = "courier"
[[document]]
document = "Terms"
sources = [{{ url = "{url}/terms", select = ["main"], min_words = 20, must_contain = ["Courier Terms", "parcels"] }}]
"""
CLAUSES = (
    "You may send parcels through the Courier platform, and we bring them to the door of the person who gets them.",
    "Assistants that answer by artificial intelligence are prohibited from using the platform as their main function.",
    "You pay a fee of 2 euros for each parcel, and we may suspend your account where it is not paid within 30 days.",
    "We like letters, and we have been bringing them from one town to the other since the year in which we were born.",
)
FRENCH = "Vous devez payer les frais de la poste pour chaque colis, et nous ne pouvons pas vous le rendre : Courier Terms, parcels. "


def page(*clauses: str, extra: str = "") -> str:
    body = "".join(f"<p>{clause}</p>" for clause in clauses or CLAUSES)
    return f"<html><body><nav>Home</nav><main><h1>Courier Terms</h1>{body}</main>{extra}<footer>bye</footer></body></html>"


def with_exception(place: str) -> str:
    return page(CLAUSES[0], CLAUSES[1][:-1] + f", except for people who have a phone number of {place}.", *CLAUSES[2:])


class QuickClock(TestClock):
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return super().now_ms() + round(self.ahead * 1000)

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ahead += max(0.0, seconds)


@dataclass
class Scene:
    site: Site
    clock: QuickClock
    store: SqliteStore
    network: HttpNetwork
    told: list[Told] = field(default_factory=list)

    def watch(self, **changes: Any) -> Watch:
        (declared,) = read_declarations(DECLARED.format(url=self.site.url), at="test")
        return self.watching(replace(declared, sources=(replace(declared.sources[0], **changes),)))

    def watching(self, declared: Declaration) -> Watch:
        async def tell(told: Told) -> None:
            self.told.append(told)

        fetch = FetchTerms(network=self.network, clock=self.clock, agent="Wasl/1 (+mailto:a@b.example)", page_seconds=0.5)
        return Watch(terms=self.store.terms, fetch=fetch, clock=self.clock, declarations=[declared], tell=tell)

    async def look(self, watch: Watch, after: float = 0.0) -> Seen:
        self.clock.ahead += after
        return await watch.look(NAME)

    async def versions(self) -> list[Version]:
        return list(await self.store.terms.versions(NAME, limit=50))


def pdf(lines: list[str]) -> bytes:
    """Makes a small PDF with one page of text."""
    shown = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    stream = f"BT /F1 10 Tf 40 800 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
