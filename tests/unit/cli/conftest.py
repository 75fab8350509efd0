from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def nothing_names_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may live in any locale; the commands speak English unless a test says otherwise."""
    for name in ("WASL_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def logs_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command configures logging for its process; here the process is the test run's, so only the level is kept, and for one test."""
    before = structlog.get_config()

    def quiet(**_: object) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40), cache_logger_on_first_use=False)

    monkeypatch.setattr("wasl.service.logs.configure", quiet)
    yield
    structlog.configure(**before)
