"""Which entries hold follows from what is configured; an own file is laid over what comes with Wasl."""

from datetime import date

import pytest

from wasl.continuity.dependency import Answerer, Configured, Standing, Way
from wasl.continuity.register import read_texts, shipped
from wasl.domain.errors import SettingWrong

HERE = Configured(
    ways=(Way("first", "whatsapp", True, False), Way("second", "telegram", False, False), Way("pages", "webchat", False, True)),
    answerers=(
        Answerer("large", "api.openai.com", "", 3, True),
        Answerer("near", "ours.openai.azure.com", "swedencentral", 2, True),
        Answerer("small", "llm.example", "", 1, False),
        Answerer("documents", "", "", 0, False),
    ),
    database="sqlite",
    domain="wasl.example",
)


def standing(here: Configured = HERE) -> dict[str, Standing]:
    return {s.entry.id: s for s in shipped().standing(here)}


def test_every_shipped_fact_has_a_source_and_a_day() -> None:
    facts = [f for e in shipped().entries.values() for f in e.facts]
    assert len(facts) > 25
    assert all(f.source and f.seen <= date(2026, 12, 31) and set(f.text) == {"en", "ar"} for f in facts)
    assert any(f.unsure for f in facts)


def test_entries_are_found_by_what_is_configured() -> None:
    found = standing()
    assert found["whatsapp"].ways == {"first"}
    assert found["openai"].answerers == {"large"}
    assert found["azure-openai"].answerers == {"near"}
    assert found["domain"].ways == {"first", "pages"}, "a channel that fetches its own messages needs no address of ours"
    assert found["database-primary"].ways == {"first", "second", "pages"}
    assert found["payment"].answerers == {"large", "near"}
    assert found["payment"].ways == {"first"}
    assert {"anthropic", "gemini", "mail", "copies"} & found.keys() == set()


def test_keys_lie_in_consoles_and_those_stand_there_too() -> None:
    found = standing()
    assert {"meta-console", "telegram-console", "openai-console", "azure-console"} <= found.keys()
    assert "anthropic-console" not in found
    assert not found["meta-console"].ways


def test_what_no_file_knows_gets_a_bare_entry_that_says_so() -> None:
    found = standing()
    assert (found["host.llm.example"].known, found["host.llm.example"].answerers) == (False, {"small"})
    assert found["region.swedencentral"].answerers == {"near"}


def test_nothing_is_kept_for_whoever_has_nothing() -> None:
    found = standing(
        Configured(ways=(Way("pages", "webchat", False, True),), answerers=(Answerer("documents", "", "", 0, False),), database="sqlite")
    )
    assert set(found) == {"host", "database-primary"}


OWN = """
[[dependency]]
id = "azure-openai"
[[dependency.fact]]
topic = "credits"
text = { en = "Credits", ar = "رصيد" }
amount = 150000
currency = "USD"
until = 2027-06-30
source = "our contract"
seen = 2026-11-22

[[constraint]]
id = "azure.first"
first = ["azure-openai"]
then = ["*"]
when = "refused or down"
text = { en = "Azure is asked first", ar = "تُسأل أزور أولًا" }
source = "our contract"
seen = 2026-11-22
"""


def test_an_own_file_adds_facts_to_a_known_entry_and_constraints() -> None:
    register = read_texts({"own.toml": OWN}, base=shipped())
    entry = register.entries["azure-openai"]
    assert entry.facts[0].topic == "credits"
    assert len(entry.facts) == len(shipped().entries["azure-openai"].facts) + 1
    assert entry.title == shipped().entries["azure-openai"].title
    (constraint,) = register.constraints
    assert register.candidates_of(constraint.first, register.standing(HERE)) == {"near"}
    assert register.candidates_of(("large",), register.standing(HERE)) == {"large"}


def test_a_new_entry_needs_a_kind_and_a_title() -> None:
    with pytest.raises(SettingWrong, match=r"own.toml:2: 'broker' is new, so it needs a kind and a title"):
        read_texts({"own.toml": OWN.replace("azure-openai", "broker", 1)}, base=shipped())


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(SettingWrong, match="names 'nobody', which is no entry"):
        read_texts({"own.toml": OWN.replace('id = "azure-openai"', 'id = "azure-openai"\nfollows = ["nobody"]', 1)}, base=shipped())


def test_one_entry_twice_in_a_file_is_refused() -> None:
    with pytest.raises(SettingWrong, match="is here twice"):
        read_texts({"own.toml": OWN + '\n[[dependency]]\nid = "azure-openai"\n'}, base=shipped())
