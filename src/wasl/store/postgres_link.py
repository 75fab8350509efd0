"""Connections to PostgreSQL, and what their errors mean."""

from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from wasl.domain.errors import SettingWrong, StoreDown

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 20.0
LOCK_MS = 10_000
"""Nobody waits longer for a row that another process holds; it may be frozen."""
IDLE_IN_TRANSACTION_MS = 15_000
"""A process that froze inside a transaction loses its locks after this long."""

LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
)
"""The connection, not the statement, is at fault: nothing more can be done with it."""

_SETTINGS = (
    f"set lock_timeout = {LOCK_MS}",
    f"set idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}",
    # Every statement of ours has its index. A plan made while a table was empty would walk the whole table later.
    "set enable_seqscan = off",
    "set plan_cache_mode = force_generic_plan",
    "set jit = off",
)


async def connect(url: str, *, name: str) -> Connection:
    """Opens one connection. Raises SettingWrong when the address or the credential is wrong, StoreDown when nobody answers."""
    try:
        db = await asyncpg.connect(
            url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings={"application_name": f"wasl {name}"}
        )
    except (
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.InsufficientPrivilegeError,
        asyncpg.exceptions.ClientConfigurationError,
        ValueError,
    ) as error:
        raise SettingWrong(
            f"PostgreSQL refuses what `store` says ({error}); mend the address, the role, its password or the name"
        ) from error
    except (*LOST, asyncpg.PostgresError) as error:
        raise down(error) from error
    try:
        await db.execute("; ".join(_SETTINGS))
    except (*LOST, asyncpg.PostgresError) as error:
        db.terminate()
        raise down(error) from error
    return db


def down(error: Exception) -> StoreDown:
    """Says in one sentence that the database cannot commit now."""
    found = StoreDown(f"PostgreSQL cannot be used now ({type(error).__name__}: {error}); nothing was stored, try again")
    found.__cause__ = error
    return found
