"""The contract of people, as tests: subclass PeopleContract, say how to make the store, and run it with pytest.

`make_store` and `clock` are as in `wasl.testing.contracts.stores`; the store has its People as `people`.
"""

from wasl.testing.contracts.people_erasing import Erasing, Moving
from wasl.testing.contracts.people_joining import Joining, Parting
from wasl.testing.contracts.people_scene import PeopleFixtures


class PeopleContract(PeopleFixtures, Joining, Parting, Erasing, Moving):
    """Everything that People promises."""
