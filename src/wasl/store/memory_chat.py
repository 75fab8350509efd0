"""An imported chat as the library in memory keeps it."""

from dataclasses import dataclass, field

from wasl.domain.archive import Chat, Participant
from wasl.domain.ids import ConversationId
from wasl.ports.library import HeldChat, Line
from wasl.store.library_rows import LAST_TEXT_CHARACTERS


@dataclass(slots=True, kw_only=True)
class MemoryChat:
    """A chat with its participants and lines."""

    id: str
    owner: ConversationId
    chat: Chat
    import_id: str
    format: str
    participants: dict[str, Participant] = field(default_factory=dict)
    lines: dict[int, tuple[Line, str]] = field(default_factory=dict)

    def held(self) -> HeldChat:
        """Gives it as a list shows it."""
        seqs = sorted(self.lines)
        times = [line.entry.at_ms for line, _ in self.lines.values() if line.entry.wall_ms is not None or line.entry.instant_ms is not None]
        return HeldChat(
            id=self.id,
            owner=self.owner,
            chat=self.chat,
            import_id=self.import_id,
            format=self.format,
            entries=len(seqs),
            first_ms=min(times, default=None),
            last_ms=max(times, default=None),
            last_text=self.lines[seqs[-1]][0].entry.text[:LAST_TEXT_CHARACTERS] if seqs else "",
            participants=tuple(self.participants[k] for k in sorted(self.participants)),
        )
