import pytest

from wasl.domain.errors import SettingWrong
from wasl.service.keys import KEY_KIND, KEY_PREFIX, find_key, key_id, list_keys, make_key, revoke_key
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock

NOW = 1_767_225_600_000


@pytest.fixture
async def store() -> MemoryStore:
    made = MemoryStore(clock=TestClock(now_ms=NOW))
    await made.open()
    return made


async def test_a_key_opens_and_its_text_is_kept_nowhere(store: MemoryStore) -> None:
    text = await make_key(store, label="crm", now_ms=NOW)
    found = await find_key(store, text=text, now_ms=NOW)
    assert found is not None
    assert found.label == "crm"
    assert text.startswith(KEY_PREFIX)
    assert len(text) > 40
    assert text not in repr(await store.tokens(kind=KEY_KIND))


@pytest.mark.parametrize("shown", ["", "wasl_", "wasl_wrong", "sk-other", "wasl_\ud800", "wasl_" + "x" * 100_000])
async def test_anything_else_opens_nothing(store: MemoryStore, shown: str) -> None:
    await make_key(store, label="crm", now_ms=NOW)
    assert await find_key(store, text=shown, now_ms=NOW) is None


async def test_two_keys_never_share_a_label(store: MemoryStore) -> None:
    await make_key(store, label="crm", now_ms=NOW)
    with pytest.raises(SettingWrong, match="'crm' already"):
        await make_key(store, label=" crm ", now_ms=NOW)
    assert len(await list_keys(store)) == 1


@pytest.mark.parametrize("label", ["", "  ", "x" * 101])
async def test_a_label_that_says_nothing_is_refused(store: MemoryStore, label: str) -> None:
    with pytest.raises(SettingWrong, match="label must have"):
        await make_key(store, label=label, now_ms=NOW)


@pytest.mark.parametrize("by", ["label", "id"])
async def test_a_revoked_key_opens_nothing(store: MemoryStore, by: str) -> None:
    text = await make_key(store, label="crm", now_ms=NOW)
    other = await make_key(store, label="shop", now_ms=NOW)
    key = next(key for key in await list_keys(store) if key.label == "crm")
    await revoke_key(store, name=key.label if by == "label" else key_id(key))
    assert await find_key(store, text=text, now_ms=NOW) is None
    assert await find_key(store, text=other, now_ms=NOW) is not None


async def test_revoking_what_is_not_there_names_what_is(store: MemoryStore) -> None:
    await make_key(store, label="crm", now_ms=NOW)
    with pytest.raises(SettingWrong, match=r"'crn'; the keys are: 'crm'"):
        await revoke_key(store, name="crn")


async def test_a_key_ends_when_it_was_told_to(store: MemoryStore) -> None:
    text = await make_key(store, label="crm", now_ms=NOW, days=1)
    assert await find_key(store, text=text, now_ms=NOW + 86_399_999) is not None
    assert await find_key(store, text=text, now_ms=NOW + 86_400_001) is None
