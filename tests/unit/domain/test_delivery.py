from itertools import product
from typing import get_args

import pytest

from wasl.domain.delivery import RANK, DeliveryState, Outgoing, moves
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey

STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)


def test_every_state_has_a_rank_of_its_own() -> None:
    assert set(RANK) == set(STATES)
    assert len(set(RANK.values())) == len(STATES)


@pytest.mark.parametrize(("now", "to"), list(product(STATES, STATES)))
def test_receipts_only_move_forward(now: DeliveryState, to: DeliveryState) -> None:
    if moves(now=now, to=to):
        assert RANK[to] > RANK[now]
        assert not moves(now=to, to=now)


@pytest.mark.parametrize("now", ["delivered", "read"])
def test_a_failure_is_not_believed_after_arrival(now: DeliveryState) -> None:
    assert not moves(now=now, to="failed")


@pytest.mark.parametrize("now", ["queued", "sending", "unknown", "sent"])
def test_a_failure_is_believed_before_arrival(now: DeliveryState) -> None:
    assert moves(now=now, to="failed")


@pytest.mark.parametrize("to", STATES)
def test_nothing_moves_what_has_failed(to: DeliveryState) -> None:
    assert not moves(now="failed", to=to)


def test_read_may_come_without_delivered() -> None:
    assert moves(now="sent", to="read")
    assert not moves(now="read", to="delivered")


def test_the_tag_on_the_wire_is_the_deliverys_own_id() -> None:
    key = AddressKey(channel="shop", scope="1", handle="2", kind="account")
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    assert Outgoing(id=DeliveryId("d-1"), address=address, parts=(Text(text="x"),)).tag == "d-1"
