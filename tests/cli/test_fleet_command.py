"""`recon fleet`: what it makes of the nodes that are published, and of whatever else stands there."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jail import SHIPPED, Jail, output, recon

from reconciliation import load
from reconciliation.cache_client import connect
from reconciliation.node.fleet_entry import PREFIX, READ, Entry

ACCOUNT = "BINANCE-USDT_FUTURES-master"
BTC, ETH = "BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"
STANDARD, AGGRESSIVE = (load(preset=name, env={}, settings_dir=SHIPPED) for name in ("standard", "aggressive"))


def node(number: int, net: Mapping[str, str] | None = None, *, key: str | None = "", **changes: Any) -> Entry:
    """The nth node, on an account of its own where no key is given."""
    whole = {
        "instance_id": f"{number:012x}",
        "trader_id": f"NODE-{number:03}",
        "accounts": (ACCOUNT,),
        "account_key": f"key{number}" if key == "" else key,
        "host": "here",
        "pid": 1,
        "begun": 1.0,
        "preset": STANDARD.preset,
        "fingerprint": STANDARD.fingerprint,
        "version": "1",
        "engine_version": "2",
        "monitor_url": "http://127.0.0.1:1",
        "state": "MONITORING",
        "since": 2.0,
        "is_reconciled": True,
        "is_ready": True,
        "reason": "",
        "positions": [{"account": ACCOUNT, "instrument_id": key, "net": amount} for key, amount in (net or {}).items()],
        "values": STANDARD.masked(),
        "origins": dict(STANDARD.origins),
    }
    return Entry.model_validate_json(json.dumps(whole | changes))


def aggressive(number: int) -> Entry:
    return node(
        number,
        preset="aggressive",
        fingerprint=AGGRESSIVE.fingerprint,
        values=AGGRESSIVE.masked(),
        origins=dict(AGGRESSIVE.origins),
    )


def publish(url: str, *entries: Entry) -> None:
    with connect(url) as client:
        client.mset({entry.key: entry.model_dump_json() for entry in entries})


def data(url: str, code: int = 0) -> dict[str, Any]:
    done = recon("fleet", "--redis", url, "--json")
    assert (done.exit_code, done.stderr) == (code, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_without_nodes_it_says_so(redis: str) -> None:
    assert output("fleet", "--redis", redis).startswith(f"no node is published at {redis};")
    told = data(redis)
    assert (told["nodes"], told["fingerprint"], told["exposure"]) == ([], None, {})


def test_the_address_is_the_settings_own_where_none_is_given(jail: Jail, redis: str) -> None:
    jail.shipped_settings()
    publish(redis, node(1))
    assert "NODE-001" in output("fleet", RECON_CACHE_URL=redis)
    broken = {"RECON_LOG_LEVEL": "LOUD"}
    assert recon("fleet", RECON_CACHE_URL=redis, **broken).exit_code == 2
    assert "NODE-001" in output("fleet", "--redis", redis, **broken)


def test_what_differs_from_most_is_marked_and_the_difference_is_a_command_away(redis: str) -> None:
    publish(redis, aggressive(1), node(2), node(3))
    told = output("fleet", "--redis", redis)
    table, notes = told.split("\n\n")[1:3]
    assert [line.split()[:3] for line in table.splitlines() if line.startswith("*")] == [
        ["*", node(1).instance_id, "NODE-001"]
    ]
    marked = notes.splitlines()[0]
    assert marked.startswith(f"* 1 node with another fingerprint than most ({STANDARD.fingerprint});")
    assert data(redis)["differing"] == [node(1).instance_id]

    words = marked.partition("recon fleet ")[2].split()
    done = recon("fleet", "--redis", redis, *words)
    assert (done.exit_code, done.stderr) == (1, "")
    rows = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    expected = recon("diff", "standard", "aggressive", "--settings-dir", str(SHIPPED), "--json")
    assert set(rows) == {item["key"] for item in json.loads(expected.stdout)["differences"]}
    assert rows["reconciliation.inflight_check_retries"].split()[1::2] == ["5", "15"]

    same = json.loads(output("fleet", "--redis", redis, "--diff", "NODE-002", node(3).instance_id, "--json"))
    assert same == {"same": True, "differences": []}


def test_alike_nodes_are_told_alike(redis: str) -> None:
    publish(redis, node(1), node(2))
    told = output("fleet", "--redis", redis)
    assert "*" not in told
    assert "one fingerprint" in told


@pytest.mark.parametrize(("first", "second", "claimed"), [("a", "a", True), ("a", "b", False), (None, "b", True)])
def test_an_account_that_two_nodes_claim_is_told(
    redis: str, first: str | None, second: str | None, *, claimed: bool
) -> None:
    publish(redis, node(1, key=first), node(2, key=second), node(3, accounts=["OTHER-001"]))
    done = recon("fleet", "--redis", redis)
    assert done.exit_code == int(claimed)
    told = [line for line in done.stdout.splitlines() if line.startswith("account ") and "claimed" in line]
    assert [line.partition(" is claimed by ")[0] for line in told] == ([f"account {ACCOUNT}"] if claimed else [])
    assert all(f"2 nodes: {node(1).instance_id} (NODE-001 at here:1), {node(2).instance_id}" in line for line in told)
    ids = [node(number).instance_id for number in (1, 2)]
    assert data(redis, int(claimed))["contested"] == ([{"account": ACCOUNT, "nodes": ids}] if claimed else [])
    assert (f"2 API keys are in use for accounts of the name {ACCOUNT}" in done.stdout) is not claimed


def test_two_nodes_of_one_trader_are_two(redis: str) -> None:
    publish(redis, node(1), node(2, trader_id="NODE-001"))
    assert len(data(redis)["nodes"]) == 2
    done = recon("fleet", "--redis", redis, "--diff", "NODE-001", node(1).instance_id)
    assert done.exit_code == 2
    assert f"'NODE-001' is 2 nodes: {node(1).instance_id}, {node(2).instance_id}" in done.stderr


def test_exposure_is_summed_over_accounts_and_counts_one_that_is_shared_once(redis: str) -> None:
    publish(
        redis, node(1, {BTC: "0.5", ETH: "1"}), node(2, {BTC: "-0.2", ETH: "-1"}), node(3, {BTC: "-0.2"}, key="key2")
    )
    told = data(redis, 1)
    assert told["exposure"] == {BTC: "0.3", ETH: "0"}
    assert [(row["account_key"], row["instrument_id"], row["net"]) for row in told["accounts"]] == [
        ("key1", BTC, "0.5"), ("key1", ETH, "1"), ("key2", BTC, "-0.2"), ("key2", ETH, "-1"),
    ]  # fmt: skip
    text = recon("fleet", "--redis", redis).stdout
    assert text.split("\n\n")[-1].split() == ["exposure", "net", BTC, "0.3", ETH, "0"]
    assert f"{ACCOUNT} (key key2)  {BTC}  -0.2  {node(2).instance_id}, {node(3).instance_id}" in text


def test_exposure_that_nodes_of_one_account_do_not_agree_on_is_unclear(redis: str) -> None:
    publish(redis, node(1, {BTC: "0.5"}, key="k"), node(2, {BTC: "0.4"}, key="k"), node(3, {BTC: "1", ETH: "2"}))
    assert data(redis, 1)["exposure"] == {BTC: None, ETH: "2"}
    text = recon("fleet", "--redis", redis).stdout
    assert f"unclear  {node(1).instance_id} 0.5, {node(2).instance_id} 0.4" in text
    assert text.split("\n\n")[-1].split() == ["exposure", "net", BTC, "unclear", ETH, "2"]


def test_exposure_is_never_rounded(redis: str) -> None:
    publish(redis, node(1, {BTC: "123456789012345678901234567890"}), node(2, {BTC: f"0.{'0' * 29}1"}))
    assert data(redis)["exposure"] == {BTC: f"123456789012345678901234567890.{'0' * 29}1"}


def test_a_node_that_is_not_ready_says_why_and_one_that_is_not_reconciled_is_doubted(redis: str) -> None:
    publish(redis, node(1), node(2, is_ready=False, is_reconciled=False, state="ERROR", reason="they differ"))
    told = output("fleet", "--redis", redis)
    (line,) = [line for line in told.splitlines() if line.split()[1:2] == ["NODE-002"]]
    assert line.endswith("they differ")
    assert f"doubtful: 1 node: {node(2).instance_id}" in told


def written(**changes: Any) -> bytes:
    return json.dumps(json.loads(node(1).model_dump_json()) | changes).encode()


FOREIGN: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"hello", "Invalid JSON"),
    "nothing": (b"", "Invalid JSON"),
    "no UTF-8": (b"\xff\xfe", "Invalid JSON"),
    "a list": (b"[]", "should be an object"),
    "another's": (written(), f"it belongs to {node(1).key}"),
    "nothing of ours": (b"{}", "instance_id: Field required"),
    "too deep": (b'{"values":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, "recursion limit"),
    "a number too long": (b'{"values":{"a":' + b"9" * 5_000 + b"}}", "out of range"),
    "no time": (written(begun=1e300), "begun: "),
    "NaN": (written().replace(b'"begun": 1.0', b'"begun": NaN'), "begun: "),
    "a quantity that would fill the memory": (
        written(positions=[{"account": "A", "instrument_id": "B", "net": "1E+999999999"}]),
        "positions.0.net: ",
    ),
    "a text too long": (written(host="x" * 1_000_000), "host: "),
    "a truth that is none": (written(is_ready="yes"), "is_ready: "),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_no_node_has_written_is_told_and_skipped(redis: str, case: str) -> None:
    value, reason = FOREIGN[case]
    key = f"{PREFIX}foreign"
    publish(redis, node(2))
    with connect(redis) as client:
        client.set(key, value)
    done = recon("fleet", "--redis", redis)
    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"skipped {key}: ")
    assert reason in line
    assert len(line) < 300
    assert "1 node at" in done.stdout
    assert list(json.loads(recon("fleet", "--redis", redis, "--json").stdout)["skipped"]) == [key]


def test_a_key_that_holds_no_text_or_has_no_name_is_told_and_skipped(redis: str) -> None:
    publish(redis, node(2))
    with connect(redis) as client:
        client.rpush(f"{PREFIX}list", "x")
        client.set(PREFIX.encode() + b"\xff\x1b[31m", "x")
    done = recon("fleet", "--redis", redis)
    assert done.exit_code == 0
    first, second = done.stderr.splitlines()
    assert second == f"skipped {PREFIX}list: it is no text"
    assert first.startswith(f"skipped {PREFIX}\\xff\\x1b[31m: ")


def test_what_a_newer_node_tells_beside_is_left_alone(redis: str) -> None:
    with connect(redis) as client:
        client.set(node(1).key, written(mood="good"))
    assert len(data(redis)["nodes"]) == 1


def test_nothing_that_is_published_reaches_a_terminal_raw(redis: str) -> None:
    raw = "\x1b[2J\x07\u202e"
    names = (
        "trader_id",
        "host",
        "preset",
        "fingerprint",
        "version",
        "engine_version",
        "monitor_url",
        "state",
        "reason",
    )
    evil: dict[str, Any] = {name: f"{raw}{name}" for name in names} | {"accounts": [raw, ACCOUNT]}
    positions = [{"account": raw, "instrument_id": raw, "net": "1"}]
    values, origins = {f"a{raw}": {f"b{raw}": raw}}, {f"a{raw}.b{raw}": raw}
    told = {**evil, "positions": positions, "values": values, "origins": origins}
    publish(redis, node(1, **told, key="k"), node(2, **told, key="k"), node(3))
    listed = recon("fleet", "--redis", redis)
    compared = recon("fleet", "--redis", redis, "--diff", node(1).instance_id, node(3).instance_id)
    assert (listed.exit_code, compared.exit_code) == (1, 1)
    for text in (listed.output, compared.output):
        assert "\\x1b[2J" in text
        assert text.replace("\n", "").isprintable()


def test_a_redis_that_is_not_usable_is_one_line_and_exit_3(redis: str) -> None:
    with connect(redis) as client:
        client.config_set("requirepass", "canary")
    port = redis.rpartition(":")[2]
    for url, reason in (
        ("redis://user:canary@127.0.0.1:1", "refused"),
        (redis, "Authentication required"),
        (f"redis://:canary2@127.0.0.1:{port}", "invalid username-password"),
    ):
        done = recon("fleet", "--redis", url)
        assert (done.exit_code, done.stdout) == (3, "")
        (line,) = done.stderr.splitlines()
        assert reason in line
        assert "canary" not in line


def test_few_rights_are_enough_to_read(redis: str) -> None:
    publish(redis, node(1))
    with connect(redis) as client:
        client.rpush(f"{PREFIX}list", "x")
        client.execute_command("ACL", "SETUSER", "reader", "on", ">p", f"~{PREFIX}*", "-@all")
        url = redis.replace("redis://", "redis://reader:p@")
        assert recon("fleet", "--redis", url).exit_code == 3
        client.execute_command("ACL", "SETUSER", "reader", "+scan", "+mget", "+type")
    done = recon("fleet", "--redis", url)
    assert (done.exit_code, done.stderr) == (0, f"skipped {PREFIX}list: it is no text\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "no Redis is named"),
        (["--redis", "redis://user:canary@host"], "it must be redis://HOST:PORT"),
        (["--redis", "http://user:canary@host:1"], "it must be redis://HOST:PORT"),
        (["--diff", "one"], "requires 2 arguments"),
    ],
)
def test_wrong_usage_is_exit_2(jail: Jail, words: list[str], reason: str) -> None:
    jail.shipped_settings()
    done = recon("fleet", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr
    assert "canary" not in done.stderr


def test_a_node_that_is_not_there_cannot_be_compared(redis: str) -> None:
    publish(redis, node(1))
    done = recon("fleet", "--redis", redis, "--diff", "NODE-001", "NODE-\x1b")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "'NODE-\\x1b' is no node here" in done.stderr


def test_a_thousand_nodes_are_listed_in_few_round_trips(redis: str) -> None:
    """One look at every thousand keys and one value's worth of answers for every 200 nodes; never KEYS."""
    publish(redis, *(node(number, {BTC: "0.001"}) for number in range(1_000)))
    with connect(redis) as client:
        client.mset({f"trader-NODE-{number:05}:orders": "x" for number in range(9_000)})
        client.config_resetstat()
        told = data(redis)
        calls = {name.removeprefix("cmdstat_"): told["calls"] for name, told in client.info("commandstats").items()}
    assert [entry["trader_id"] for entry in told["nodes"]] == [f"NODE-{number:03}" for number in range(1_000)]
    assert told["exposure"] == {BTC: "1.000"}
    assert calls["mget"] == 1_000 // READ
    assert calls["scan"] <= 30
    assert set(calls) <= {"scan", "mget", "client|setinfo", "config|resetstat", "info", "hello", "ping"}
    assert output("fleet", "--redis", redis).startswith("1000 nodes at ")
