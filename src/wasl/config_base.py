"""What every section of the settings is made from: frozen, strict about its keys, and silent about secrets."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator, model_validator


class Frozen(BaseModel):
    """A settings section: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _show_what_is_not_secret(cls, value: Any) -> Any:
        return revealed(cls, value) if isinstance(value, dict) else value

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and info.field_name and _is_number(cls.model_fields[info.field_name].annotation):
            return str(value)  # as a word it is refused; Python would take true for 1
        return value


def revealed(model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the fields with a SecretStr made plain text again wherever the model's field is not a secret."""
    return {
        name: given.get_secret_value()
        if isinstance(given, SecretStr) and name in model.model_fields and not is_secret(model.model_fields[name].annotation)
        else given
        for name, given in value.items()
    }


def is_secret(annotation: Any) -> bool:
    """Says whether a field holds a secret."""
    return annotation is SecretStr or any(is_secret(argument) for argument in get_args(annotation))


def _is_number(annotation: Any) -> bool:
    """Says whether a field takes a number, and no truth beside."""
    kinds = {annotation, *get_args(annotation)}
    return not kinds.isdisjoint((int, float)) and bool not in kinds
