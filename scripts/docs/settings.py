"""The reference page of settings."""

from pydantic import BaseModel
from scripts.docs.tables import adapters, settings_table

import wasl.channels
import wasl.providers
from wasl.config import Candidate, Settings


def page() -> str:
    """Writes the page."""
    sections = [
        (n, f.annotation)
        for n, f in Settings.model_fields.items()
        if isinstance(f.annotation, type) and issubclass(f.annotation, BaseModel)
    ]
    parts = [
        """# Settings

Everything stands in `wasl.toml`; without that file all defaults hold, and Wasl runs. `wasl init` writes a commented one, `wasl check`
verifies it. A key that is not known is an error that names the key nearest to it.

A secret is never written into the file. Say where it is instead:

```toml
app_secret = { env = "WHATSAPP_APP_SECRET" }      # an environment variable
token = { file = "secrets/telegram.token" }       # a file, relative to wasl.toml
```""",
        "## Top of the file",
        settings_table(Settings, leave_out=[n for n, _ in sections] + ["channels", "providers", "candidates"]),
    ]
    for name, model in sections:
        parts += [f"## `[{name}]`", _first_line(model), settings_table(model)]
    parts += [
        "## `[[candidates]]`",
        "The models to ask, in order; repeat the section for each. With none, the keyless answerer quotes your documents.",
        settings_table(Candidate),
        "## `[channels.<name>]`",
        "One section a channel. The name is yours; `kind` says which adapter, and is the name itself when left out. "
        "`enabled = false` switches a channel off without deleting its section.",
    ]
    for cls in adapters(wasl.channels):
        parts += [f'### `kind = "{cls.kind}"`: {cls.title}', _first_line(cls.Settings), settings_table(cls.Settings)]
    parts += ["## `[providers.<name>]`", "One section a provider; `kind` as with channels."]
    for cls in adapters(wasl.providers):
        parts += [f'### `kind = "{cls.kind}"`: {cls.title}', _first_line(cls.Settings), settings_table(cls.Settings)]
    return "\n\n".join(p for p in parts if p)


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]
