"""What a change of terms touches here: the people on the channels that it bears on."""

from collections.abc import Sequence
from typing import cast

from wasl.domain.exposure import Reach
from wasl.domain.terms import Document
from wasl.ports.exposure import Exposure
from wasl.watching import people_on


class Known:
    async def reach(self) -> Sequence[Reach]:
        both = frozenset({"letters", "cards"})
        return [Reach(frozenset({"letters"}), "EG", 40), Reach(both, "MA", 130), Reach(both, "EG", 2), Reach(frozenset({"cards"}), "FR", 9)]


async def test_people_are_counted_by_country_on_the_channels_that_a_document_names() -> None:
    count = people_on(cast(Exposure, Known()), {"letters": "post", "cards": "web"})
    document = Document(id="courier/terms", platform="courier", name="Terms", channels=("post",))
    assert list((await count(document)).items()) == [("MA", 130), ("EG", 42)]
    assert await count(Document(id="other/terms", platform="other", name="Terms", channels=("pigeons",))) == {}
