"""Knowledge files: YAML that is checked against a model, and an error that says where it is wrong."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

FOLDER = Path(__file__).parent / "knowledge"

M = TypeVar("M", bound=BaseModel)

Words = Annotated[
    list[str], BeforeValidator(lambda value: value.split() if isinstance(value, str) else value)
]
"""Words with blanks between them, or a list."""


class KnowledgeError(Exception):
    """The knowledge files contradict themselves; says where."""


class Strict(BaseModel):
    """A part of a file; a mistyped key stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(path: Path) -> Any:
    """What a file holds.

    Raises:
        KnowledgeError: it is not there, or no YAML.
    """
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise KnowledgeError(f"{path.name}: {error}") from None


def checked(model: type[M], data: Any, where: str) -> M:
    """A part of a file as its model.

    Raises:
        KnowledgeError: it does not fit; names `where`.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise KnowledgeError(f"{where}: {error}") from None
