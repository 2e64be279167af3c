"""Names that nobody knows: each is told in exactly these words."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jail import Jail

from reconciliation.engine.generation import fields
from reconciliation.layers import known
from reconciliation.layers.setting import PREFIX
from reconciliation.layers.suggest import nearest
from reconciliation.settings.log import LogSettings

NO_SETTING = "is no setting of recon"
SERVICE_LINK = (
    "is no setting of recon; a Kubernetes Service whose name begins with recon puts it into every pod;"
    " set enableServiceLinks: false in the pod's spec"
)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RECON_MAX_RETIRES", "RECON_INFLIGHT_CHECK_RETRIES"),
        ("RECON_STARTUP_DELAY_SEC", "RECON_STARTUP_DELAY_SECS"),
        ("RECON_startup_delay_secs", "RECON_STARTUP_DELAY_SECS"),
        ("recon_startup_delay_secs", "RECON_STARTUP_DELAY_SECS"),
        ("Recon_Cache_Url", "RECON_CACHE_URL"),
        ("RECON__STARTUP_DELAY_SECS", "RECON_STARTUP_DELAY_SECS"),
        ("RECON_CACHE__URL", "RECON_CACHE_URL"),
        ("RECON_STARTUPDELAYSECS", "RECON_STARTUP_DELAY_SECS"),
        ("RECON_E_N_A_B_L_E_D", "RECON_ENABLED"),
        ("RECON_TRADER_ID", "RECON_NODE_TRADER_ID"),
        ("RECON_NODE_STARTUP_DELAY_SECS", "RECON_STARTUP_DELAY_SECS"),
        ("RECON_LOG_LEVEL_FILE", "RECON_LOG_LEVEL"),
        ("RECON_VENUE_API_SECRETFILE", "RECON_VENUE_API_SECRET_FILE"),
    ],
)
def test_an_unknown_variable_is_told_with_the_one_that_was_meant(jail: Jail, name: str, meant: str) -> None:
    jail.settings()
    assert jail.lines({name: "5"}) == [f"{name}: {NO_SETTING}; did you mean {meant}?"]


def test_a_variable_like_no_other_is_told_with_where_they_are_listed(jail: Jail) -> None:
    expected = [f"RECON_QQQQ: {NO_SETTING}; unset it; `recon env` lists the variables there are"]
    jail.settings()
    assert jail.lines({"RECON_QQQQ": "5"}) == expected


def test_a_name_that_no_terminal_should_see_is_told_escaped(jail: Jail) -> None:
    jail.settings()
    (line,) = jail.lines({"RECON_\x1b[31m\n\udcff": "5"})
    assert line.startswith("RECON_\\x1b[31m\\n\\udcff: is no setting of recon; ")


@pytest.mark.parametrize(
    "name",
    [
        "RECON_PORT",
        "RECON_PORT_8080_TCP",
        "RECON_PORT_8080_TCP_ADDR",
        "RECON_PORT_8080_TCP_PORT",
        "RECON_PORT_8080_TCP_PROTO",
        "RECON_SERVICE_HOST",
        "RECON_SERVICE_PORT",
        "RECON_SERVICE_PORT_HTTP",
        "RECON_CACHE_SERVICE_PORT",
        "RECON_CACHE_PORT_6379_UDP_ADDR",
    ],
)
@pytest.mark.parametrize("value", ["tcp://10.0.0.1:8080", ""])
def test_what_a_kubernetes_service_injects_is_told_with_the_pods_setting(jail: Jail, name: str, value: str) -> None:
    jail.settings()
    assert jail.lines({name: value}) == [f"{name}: {SERVICE_LINK}"]


@pytest.mark.parametrize("variable", known.variables())
def test_no_setting_is_taken_for_a_service_link(jail: Jail, variable: str) -> None:
    jail.settings()
    assert "enableServiceLinks" not in str(jail.lines({variable: ""}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[reconciliation]\nlookback_min = 5\n",
            "2: reconciliation.lookback_min is no key of recon; did you mean reconciliation.lookback_mins?",
        ),
        (
            "[reconciliation]\n\nLookback_Mins = 5\n",
            "3: reconciliation.Lookback_Mins is no key of recon; did you mean reconciliation.lookback_mins?",
        ),
        (
            "[log]\nqqqq = 5\n",
            f"2: log.qqqq is no key of recon; there are: {', '.join(f'log.{key}' for key in LogSettings.model_fields)}",
        ),
        (
            "[claims.A-1]\nclaim_alll = true\nclaim_all = true\n",
            "2: claims.A-1.claim_alll is no key of recon; did you mean claims.A-1.claim_all?",
        ),
        ("[reconcilation]\nx = 5\n", "1: reconcilation is no section of recon; did you mean reconciliation?"),
        (
            "[reconciliation]\nreconciliation_instrument_ids = []\n",
            (
                "2: reconciliation.reconciliation_instrument_ids is no key of recon; did you mean"
                " reconciliation.instrument_ids?"
            ),
        ),
        ("[Node]\n", "1: Node is no section of recon; did you mean node?"),
        (
            "[qqqq]\n",
            (
                "1: qqqq is no section of recon; there are: preset, reconciliation, claims, strategies, actors,"
                " exec_algorithms, clients, node, facts, cache, venue, monitor, log, logging, risk, message_bus,"
                " streaming"
            ),
        ),
        (
            "[log]\nlevel = 'INFO'\nstartup_delay_secs = 12.0\n",
            "3: log.startup_delay_secs is no key of recon; it belongs in [reconciliation]",
        ),
        ("[cache]\ntrader_id = 'A-1'\n", "2: cache.trader_id is no key of recon; it belongs in [node]"),
        (
            "startup_delay_secs = 12.0\n",
            "1: startup_delay_secs is no section of recon; it belongs in [reconciliation]",
        ),
    ],
)
def test_unknown_keys_and_sections_are_told_with_what_was_meant(jail: Jail, text: str, expected: str) -> None:
    jail.settings(text)
    assert jail.lines() == [f"settings/default.toml:{expected}"]
    jail.settings("", standard=text)
    assert jail.lines() == [f"settings/standard.toml:{expected}"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("startup_delay_secs", "did you mean reconciliation.startup_delay_secs?"),
        ("cache.urll", "did you mean cache.url?"),
        ("reconciliation_lookback_mins", "did you mean reconciliation.lookback_mins?"),
        ("exec_engine.reconciliation_lookback_mins", "did you mean reconciliation.lookback_mins?"),
        ("qqqq", "`recon show` lists the keys there are"),
        ("", "`recon show` lists the keys there are"),
    ],
)
def test_an_unknown_override_is_told_with_what_was_meant(jail: Jail, key: str, hint: str) -> None:
    expected = [f"--set {key}: {NO_SETTING}; {hint}"]
    jail.settings()
    assert jail.lines(overrides={key: "1"}) == expected


def test_the_engine_s_own_names_are_those_that_are_others_here() -> None:
    ours = {field.key for field in fields()}
    others = {field.name: field.key for field in fields() if field.key.rpartition(".")[2] != field.name}
    # Left out: what is a section or a part of a url here, and what would be meant otherwise as often.
    assert {name: others.pop(name) for name in known.ENGINE_NAMES} == known.ENGINE_NAMES
    assert set(others) == {"reconciliation", "host", "venue", "strategies"}
    assert set(known.ENGINE_NAMES.values()) <= ours


def test_the_engine_s_own_name_in_a_variable_is_told_with_ours(jail: Jail) -> None:
    jail.settings()
    (line,) = jail.lines({"RECON_RECONCILIATION_LOOKBACK_MINS": "5"})
    assert line.endswith("did you mean RECON_LOOKBACK_MINS?")


VARIABLES = known.variables()
KEYS = tuple(setting.key for setting in known.settings_by_path().values())


@st.composite
def slips(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str, str]:
    """A known name and the same with one slip of the finger: never in the prefix, which is what makes it ours."""
    name = draw(st.sampled_from(names))
    start = len(PREFIX) if name.startswith(PREFIX) else 0
    at = draw(st.integers(start, len(name) - 1))
    letter = draw(st.sampled_from(string.ascii_letters + string.digits))
    slipped = draw(
        st.sampled_from(
            [
                name[:at] + name[at + 1 :],
                name[: max(at - 1, start)] + name[max(at - 1, start) : at + 1][::-1] + name[at + 1 :],
                name[:at] + letter + name[at:],
                name[:at] + name[at:].swapcase(),
                name[:at] + "_" + name[at:],
                name.replace("_", "-") if start == 0 else name[:start] + name[start:].replace("_", "__"),
            ]
        )
    )
    return name, slipped


def distance(one: str, other: str) -> int:
    """Levenshtein's distance without regard to case and separators."""
    one, other = (name.upper().translate(str.maketrans("", "", "._- ")) for name in (one, other))
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        last, row = row, [i]
        for j, right in enumerate(other, start=1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (left != right)))
    return row[-1]


@given(slips(VARIABLES) | slips(KEYS))
def test_a_name_with_one_slip_is_understood(slip: tuple[str, str]) -> None:
    name, slipped = slip
    known = VARIABLES if name in VARIABLES else KEYS
    near = nearest(slipped, known)
    assert near is not None
    # Where two names are within a slip of each other, the other one is as good.
    assert near == name or distance(slipped, near) <= distance(slipped, name)


@given(st.text(string.ascii_uppercase + string.digits + "_", max_size=24).map("RECON_{}".format))
@example("RECON_0INANCE")
@example("RECON_")
@example("RECON_____")
def test_what_is_suggested_has_something_in_common(name: str) -> None:
    near = nearest(name, VARIABLES)
    if near is None:
        return
    words = [set(text.removeprefix("RECON_").split("_")) - {""} for text in (name, near)]
    alike = distance(name, near) <= len(near) // 3
    shared = any(distance(mine, theirs) <= max(1, len(theirs) // 2) for mine in words[0] for theirs in words[1])
    assert alike or shared
