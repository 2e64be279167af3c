"""What of a node is imported by its path: strategies, actors, execution algorithms, clients.

The tables are the engine's own importable configurations; a path is MODULE:CLASS.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from reconciliation.identifiers import StrategyIdText
from reconciliation.settings.engine_tables import EngineTable
from reconciliation.settings.section import Section

_PATH: Final = re.compile(r"\w+(\.\w+)*:\w+(\.\w+)*")
_NAME: Final = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*")


def _path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise ValueError(f"{text!r} is not MODULE:CLASS, as in my_strategies:Maker")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is no name: letters, digits and underscores, joined by hyphens")
    return text


ImportPath = Annotated[str, AfterValidator(_path)]
NameText = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})]


class StrategySettings(Section):
    """One strategy; its table is named by the id that it gets."""

    strategy_path: ImportPath = Field(description="Its class, as MODULE:CLASS.")
    config_path: ImportPath = Field(description="The class of its configuration, as MODULE:CLASS.")
    config: EngineTable = Field(
        default_factory=dict,
        description="Its configuration; strategy_id and order_id_tag follow from the table's name.",
    )


class ActorSettings(Section):
    """One actor; its table is named by its component id."""

    actor_path: ImportPath = Field(description="Its class, as MODULE:CLASS.")
    config_path: ImportPath = Field(description="The class of its configuration, as MODULE:CLASS.")
    config: EngineTable = Field(
        default_factory=dict, description="Its configuration; component_id follows from the table's name."
    )


class ExecAlgorithmSettings(Section):
    """One execution algorithm; its table is named by its id."""

    exec_algorithm_path: ImportPath = Field(description="Its class, as MODULE:CLASS.")
    config_path: ImportPath = Field(description="The class of its configuration, as MODULE:CLASS.")
    config: EngineTable = Field(
        default_factory=dict, description="Its configuration; exec_algorithm_id follows from the table's name."
    )


class ClientSettings(Section):
    """The data client, the execution client, or both of one venue; their table is named as the clients are."""

    data_config_path: ImportPath | None = Field(
        default=None, description="The class of the data client's configuration; none where there is no data client."
    )
    data_factory_path: ImportPath | None = Field(default=None, description="The class that makes the data client.")
    exec_config_path: ImportPath | None = Field(
        default=None,
        description="The class of the execution client's configuration; none where there is no execution client.",
    )
    exec_factory_path: ImportPath | None = Field(
        default=None,
        description="The class that makes the execution client; Binance's own futures one gets the guards.",
    )
    config: EngineTable = Field(default_factory=dict, description="What both clients are configured with.")
    data_config: EngineTable = Field(
        default_factory=dict, description="What the data client is configured with beside."
    )
    exec_config: EngineTable = Field(
        default_factory=dict, description="What the execution client is configured with beside."
    )

    @model_validator(mode="after")
    def _whole_clients(self) -> Self:
        pairs = (("data_config_path", "data_factory_path"), ("exec_config_path", "exec_factory_path"))
        given = [tuple(name for name in pair if getattr(self, name) is not None) for pair in pairs]
        for pair, found in zip(pairs, given, strict=True):
            if len(found) == 1:
                raise PydanticCustomError(
                    "incomplete", "{first} and {second} come together or not at all",
                    {"first": pair[0], "second": pair[1], "keys": pair},
                )  # fmt: skip
        if not any(given):
            raise ValueError("it names no client; give exec_config_path and exec_factory_path, or the data client's")
        return self


IMPORTED: Final = ("strategies", "actors", "exec_algorithms", "clients")
"""The sections that hold them."""

Strategies = Mapping[StrategyIdText, StrategySettings]
Actors = Mapping[NameText, ActorSettings]
ExecAlgorithms = Mapping[NameText, ExecAlgorithmSettings]
Clients = Mapping[NameText, ClientSettings]
