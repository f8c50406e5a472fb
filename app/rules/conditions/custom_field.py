"""`custom_field`: the value of a ticket field."""

from pydantic import Field

from app.rules.conditions.context import Context
from app.rules.conditions.kind import plain, quoted, same
from app.rules.schema.strict import Many, Strict, Text


class CustomFieldConfig(Strict):
    """A ticket field and the values that fit."""

    field: Text = Field(description="Its title or its id.")
    value: Many = Field(description="One of these, in any case; a drop-down's value is its tag.")


def _asks(wanted: CustomFieldConfig, context: Context) -> bool:
    fields = context.ticket.custom_fields
    # Zendesk sends every field with every ticket, so a missing one is misspelt in the YAML.
    if fields and wanted.field not in fields:
        raise LookupError(f"the ticket has no field `{wanted.field}`, only {quoted(tuple(sorted(fields)))}")
    return same(wanted.value, fields.get(wanted.field, ""))


def _says(wanted: CustomFieldConfig, context: Context) -> str:
    actual = context.ticket.custom_fields.get(wanted.field, "")
    return f"field `{wanted.field}` is `{actual or 'empty'}`, asked for {quoted(wanted.value)}"


KIND = plain("custom_field", CustomFieldConfig, "A ticket field has one of these values.", asks=_asks, says=_says)
