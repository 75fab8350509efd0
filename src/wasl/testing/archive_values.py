"""Hypothesis strategies for every value of the portable model, for tests that must hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from wasl.domain.archive import (
    PLAIN,
    Answering,
    ArchivePart,
    ByModel,
    Chat,
    Citation,
    Entry,
    File,
    Handle,
    Happening,
    More,
    Name,
    Participant,
    Passage,
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
)
from wasl.domain.ids import AddressId, PersonId
from wasl.domain.message import Contact, Place, Unknown
from wasl.domain.person import Address, AddressKey
from wasl.domain.records import ImportRecord, PersonRecord, SourceFile

_awkward = st.sampled_from(["", "مرحبا\u200f بك", "שלום", "a\x00b", "\u2028", "line\r\nline\n", "<script>", "\ud800", "🏳️\u200d🌈", '"\\'])
texts = st.one_of(_awkward, st.text(max_size=12))
"""Any text, half surrogate pairs among it."""
maybe_text = st.none() | texts
times = st.integers(-(10**12), 4 * 10**12) | st.sampled_from([0, -1, 253_402_300_800_000, 10**17])
maybe_time = st.none() | times
counts = st.integers(0, 10**7)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-1000, 1000)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)


def some(of: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    """Gives tuples of a few values."""
    return st.lists(of, max_size=most).map(tuple)


spans = st.builds(Span, counts, counts, texts, maybe_text)
words = st.builds(Words, text=texts, format=st.sampled_from(["plain", "markdown", "marks", "mrkdwn", "html"]), spans=some(spans))
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
files = st.builds(
    File,
    role=st.sampled_from(["photo", "video", "voice", "audio", "document", "sticker", "gif", "animation"]),
    state=st.sampled_from(["omitted", "expired", "refused", "missing"]),
    name=maybe_text,
    media_type=maybe_text,
    size_bytes=st.none() | counts,
    sha256=st.none() | digests,
    member=maybe_text,
    source_ref=maybe_text,
    reason=maybe_text,
    caption=maybe_text,
    width=st.none() | counts,
    height=st.none() | counts,
    duration_seconds=st.none() | numbers,
)
parts: st.SearchStrategy[ArchivePart] = st.one_of(
    words,
    files,
    st.builds(Place, latitude=numbers, longitude=numbers, name=maybe_text, address=maybe_text),
    st.builds(Contact, name=texts, phones=some(texts), emails=some(texts)),
    st.builds(
        Poll,
        question=texts,
        options=some(st.builds(PollOption, texts, st.none() | counts, some(texts))),
        multiple=st.none() | st.booleans(),
        closed=st.none() | st.booleans(),
    ),
    st.builds(
        PhoneCall,
        kind=st.sampled_from(["voice", "video", "group", "unknown"]),
        duration_seconds=st.none() | numbers,
        outcome=maybe_text,
    ),
    st.builds(WebLink, url=texts, title=maybe_text, text=maybe_text),
    st.builds(Thinking, text=texts, signature=maybe_text),
    st.builds(ToolAsked, name=texts, id=maybe_text, input=json_values),
    st.builds(ToolGave, answers=maybe_text, content=json_values, error=st.booleans()),
    st.builds(Citation, target=texts, span=st.none() | spans, title=maybe_text),
    st.builds(Happening, kind=texts, actor=maybe_text, targets=some(texts), before=maybe_text, after=maybe_text),
    st.builds(Unknown, kind=texts, value=objects),
)
models = st.builds(ByModel, maybe_text, maybe_text, maybe_text, st.none() | objects, maybe_text, maybe_text)
mores = st.builds(
    More,
    parent=maybe_text,
    reply_to=st.none() | st.builds(Answering, maybe_text, maybe_time, maybe_text, maybe_text),
    thread=maybe_text,
    on_behalf_of=maybe_text,
    received_ms=maybe_time,
    edited=st.booleans(),
    edited_ms=maybe_time,
    deleted=st.booleans(),
    deleted_ms=maybe_time,
    deleted_by=st.sampled_from([None, "author", "admin", "self", "unknown"]),
    revisions=some(st.builds(Revision, maybe_time, some(parts), maybe_text, st.booleans())),
    reactions=some(st.builds(Reacted, texts, maybe_text, maybe_time, counts, some(texts))),
    flags=st.frozensets(st.sampled_from(["forwarded", "view_once", "expires", "pinned", "starred", "hidden", "ambiguous"])),
    model=st.none() | models,
    deliveries=some(st.builds(Passage, texts, texts, maybe_text, maybe_time)),
    zone=maybe_text,
    extra=objects,
)
plain_entries = st.builds(
    Entry,
    author=maybe_text,
    role=st.sampled_from(["user", "assistant", "system", "tool", "service"]),
    text=texts,
    wall_ms=maybe_time,
    instant_ms=maybe_time,
    resolution=st.sampled_from(["day", "min", "s", "ms"]),
    native_id=maybe_text,
    parts=st.just(()),
    more=st.just(PLAIN),
    source=st.integers(0, 3),
    start=st.none() | counts,
    length=st.none() | counts,
    pointer=maybe_text,
    seq=counts,
)
rich_entries = st.builds(lambda entry, parts, more: entry._replace(parts=parts, more=more), plain_entries, some(parts, 3), mores)
entries = plain_entries | rich_entries
chats = st.builds(
    Chat,
    key=texts,
    kind=st.sampled_from(["direct", "group", "channel", "assistant", "email-thread"]),
    origin=texts,
    title=maybe_text,
    native_id=maybe_text,
    created_ms=maybe_time,
    updated_ms=maybe_time,
    active_leaf=maybe_text,
    state=st.sampled_from(["open", "archived", "moved", "closed"]),
    labels=some(texts),
    settings=objects,
    source=st.integers(0, 3),
    pointer=maybe_text,
    extra=objects,
    id=maybe_text,
)
participants = st.builds(
    Participant,
    chat=texts,
    key=texts,
    names=some(st.builds(Name, texts, texts, maybe_time, maybe_time)),
    handles=some(st.builds(Handle, texts, texts)),
    role=st.sampled_from(["person", "assistant", "tool", "system", "bot"]),
    is_self=st.none() | st.booleans(),
    person=maybe_text,
    extra=objects,
)
_keys = st.builds(
    AddressKey,
    channel=texts,
    scope=texts,
    handle=texts,
    kind=st.sampled_from(["business-scoped id", "phone", "username", "e-mail", "account", "group"]),
    alias=maybe_text,
    alias_kind=st.sampled_from([None, "phone", "username"]),
)
addresses = st.builds(
    Address,
    id=texts.map(AddressId),
    person_id=texts.map(PersonId),
    key=_keys,
    name=maybe_text,
    language=maybe_text,
    valid_from_ms=times,
    valid_to_ms=maybe_time,
    last_inbound_ms=maybe_time,
)
people = st.builds(
    PersonRecord,
    id=texts,
    name=maybe_text,
    addresses=some(addresses),
    links=some(objects),
    consents=some(objects),
    processors=some(objects),
    audit=some(objects),
    retention=objects,
    extra=objects,
)
imports = st.builds(
    ImportRecord,
    id=texts,
    kind=texts,
    name=texts,
    started_ms=times,
    finished_ms=maybe_time,
    owner=maybe_text,
    profile=objects,
    counts=st.dictionaries(texts, counts, max_size=3),
    problems=some(objects),
    coverage=objects,
    files=some(st.builds(SourceFile, import_id=texts, position=counts, name=texts, sha256=digests, size_bytes=counts)),
)
