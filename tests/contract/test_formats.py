"""Every format in the package passes the contract; a new file with its folder of cases is found by itself."""

from pathlib import Path

import wasl.formats
from wasl.testing.contracts.format_fixtures import discover
from wasl.testing.contracts.format_writing import WritesContract
from wasl.testing.contracts.formats import ReadsContract

FIXTURES = Path(__file__).parent.parent / "fixtures" / "formats"
FOUND = discover(wasl.formats)

for _kind, _class in FOUND.items():
    _bases = tuple(base for base, ability in ((ReadsContract, "read"), (WritesContract, "write")) if hasattr(_class, ability))
    _name = f"Test{_class.__name__}"
    globals()[_name] = type(_name, _bases, {"format_class": _class, "folder": FIXTURES / _kind, "others": FOUND})


def test_every_folder_of_cases_belongs_to_a_format() -> None:
    assert {path.name for path in FIXTURES.glob("*") if path.is_dir()} <= set(FOUND)
