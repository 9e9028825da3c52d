"""What recipes are made of: a frozen pydantic model that refuses keys it does not know."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
