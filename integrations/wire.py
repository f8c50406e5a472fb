"""What all models of vendors' answers share. Unknown keys are ignored: vendors add some often."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

WireText = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be null."""


class WireModel(BaseModel):
    # From attributes too: zenpy and python-gitlab have parsed the JSON already.
    model_config = ConfigDict(extra="ignore", frozen=True, from_attributes=True, hide_input_in_errors=True)
