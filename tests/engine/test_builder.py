"""What a configure function puts together."""

from typing import Any

import pytest

from reconciliation import guarded_factory, load
from reconciliation.engine.builder import ClientSpec, GuardedFactory, NodeBuilder
from reconciliation.engine.errors import DuplicateClientError
from reconciliation.errors import UnusableError


class Stock:
    """A factory of somebody else's."""


class Guarded(GuardedFactory, Stock):
    """A factory of ours."""


@pytest.fixture
def builder() -> NodeBuilder:
    return NodeBuilder(load(env={}))


def test_it_keeps_what_was_added_in_order(builder: NodeBuilder) -> None:
    builder.add_data_client("B", "data", Stock)
    builder.add_exec_client("B", "exec", Guarded)
    builder.add_exec_client("A", "other", Stock)
    builder.add_strategy("strategy")
    builder.add_strategy("another")
    builder.add_actor("actor")
    assert builder.data_clients == {"B": ClientSpec("data", Stock)}
    assert list(builder.exec_clients.items()) == [("B", ClientSpec("exec", Guarded)), ("A", ClientSpec("other", Stock))]
    assert (builder.strategies, builder.actors) == (["strategy", "another"], ["actor"])


@pytest.mark.parametrize("kind", ["data", "exec"])
def test_a_name_is_given_once_a_kind(builder: NodeBuilder, kind: str) -> None:
    """A data and an execution client of one venue share theirs."""
    add: dict[str, Any] = {"data": builder.add_data_client, "exec": builder.add_exec_client}
    for each in add.values():
        each("BINANCE", "first", Stock)
    with pytest.raises(DuplicateClientError, match="'BINANCE'") as refused:
        add[kind]("BINANCE", "second", Stock)
    assert refused.value.action
    assert builder.data_clients["BINANCE"].config == builder.exec_clients["BINANCE"].config == "first"


def test_a_client_is_guarded_by_its_factory() -> None:
    assert ClientSpec(None, Guarded).is_guarded
    assert not ClientSpec(None, Stock).is_guarded


@pytest.mark.parametrize("guards", [["symbols", "symbls"], "symbols"])
def test_a_guard_there_is_not_is_refused_and_not_left_out(guards: list[str] | str) -> None:
    with pytest.raises(UnusableError, match="is no guard; the guards are bulk_queries, "):
        guarded_factory(guards)
    assert issubclass(guarded_factory(["time_limits", "symbols"]), GuardedFactory)
