from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command configures logging for its process; here the process is the test run's, so only the level is kept, and for one test."""
    before = structlog.get_config()

    def quiet(**_: object) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40), cache_logger_on_first_use=False)

    monkeypatch.setattr("wasl.service.logs.configure", quiet)
    yield
    structlog.configure(**before)
