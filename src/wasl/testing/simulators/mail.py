"""A mail server on the loopback address that keeps what it is given: SMTP as far as sending a letter goes (RFC 5321)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

LINE_BYTES_MAX = 1 << 20


class SimulatedMail:
    """Takes letters and holds them. `refuse` makes it refuse every recipient."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse = False
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SimulatedMail"]:
        """Listens on a free port of the loopback address for as long as the block lasts."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=LINE_BYTES_MAX)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(words: str) -> None:
            writer.write(words.encode() + b"\r\n")
            await writer.drain()

        await say("220 loopback ready")
        try:
            while line := await reader.readline():
                word = line.decode("ascii", "replace").strip().upper()
                if word.startswith("QUIT"):
                    await say("221 bye")
                    return
                if word.startswith("DATA"):
                    await say("354 go on")
                    self._keep(await self._letter(reader))
                await say("550 no such person" if self.refuse and word.startswith("RCPT") else "250 good")
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _letter(self, reader: asyncio.StreamReader) -> bytes:
        lines: list[bytes] = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, data: bytes) -> None:
        letter = message_from_bytes(data, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
