"""The prices that come with Wasl, read from the package when they are first needed."""

from functools import cache
from importlib.resources import files

from wasl.ledger.price import PriceList
from wasl.ledger.price_file import read_price_files


@cache
def shipped_prices() -> PriceList:
    """Reads the shipped cards."""
    folder = files("wasl.ledger").joinpath("prices")
    return read_price_files(
        {f"prices/{one.name}": one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}
    )
