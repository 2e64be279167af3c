"""Whether Grafana's own models, as its SDK has them, know all of what is written and know it so.

The models leave out what they do not know when they read, and take a value of any type: both is looked for here.
"""

import json
import typing
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.variants import Dataquery

register_default_plugins()


def faults_of(written: dict[str, Any], model: Any) -> list[str]:
    """Return where something written is not as a model has it."""
    try:
        return [*_of_model(written, model, model.__name__)]
    except (AttributeError, KeyError, TypeError) as error:
        return [f"{model.__name__} cannot be read: {error!r}"]


def _of(value: Any, hint: Any, where: str) -> Iterator[str]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, UnionType}:
        found = [[*_of(value, each, where)] for each in inner]
        if all(found):
            yield from max(found, key=len)
    elif origin in {list, dict}:
        if isinstance(value, origin):
            for key, each in value.items() if origin is dict else enumerate(value):
                yield from _of(each, inner[-1], f"{where}.{key}")
        else:
            yield f"{where}: {value!r} is no {origin.__name__}"
    elif hint in {object, Dataquery}:  # anything: but what was read as a model is looked into
        if hasattr(value, "to_json"):
            yield from _of_model(value, type(value), where)
    elif hasattr(hint, "to_json"):
        yield from _of_model(value, hint, where)
    elif not _fits(value, hint):
        yield f"{where}: {value!r} is not of {hint}"


def _fits(value: Any, hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Literal:
        return value in typing.get_args(hint)
    if issubclass(hint, Enum):
        return value in {each.value for each in hint}
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)


def _of_model(value: Any, model: Any, where: str) -> Iterator[str]:
    if isinstance(value, dict):  # as it was written: the outermost, and what the models read no further
        read = model.from_json(value)
        if json.loads(json.dumps(read, cls=JSONEncoder)) != value:
            yield f"{where}: as {model.__name__} it does not come back as it was written"
        value = read
    if not isinstance(value, model):
        yield f"{where}: {value!r} is no {model.__name__}"
        return
    for name, hint in typing.get_type_hints(model).items():
        yield from _of(getattr(value, name), hint, f"{where}.{name}")
