"""Own: the person for whom an operator brings something in without naming anybody; the same in every installation."""

from typing import Final

from wasl.domain.ids import uuid7

OWN_PERSON: Final = uuid7(unix_ms=0, tail=b"the own pe")
OWN_CONVERSATION: Final = uuid7(unix_ms=1, tail=b"the own co")
