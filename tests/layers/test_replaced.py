"""A value that a program replaces after the settings were resolved says so; all others keep their origins."""

from jail import Jail
from pydantic import SecretStr

from reconciliation import ExternalOrderClaimConfig, ReconciliationConfig, Settings
from reconciliation.settings.origins import Layered

CANARY = "kanarienvogel"


def with_url(settings: Settings, url: str) -> Settings:
    return settings.with_sections("embedded", cache=settings.cache.model_copy(update={"url": SecretStr(url)}))


def test_the_address_of_an_embedded_cache_is_embedded(jail: Jail) -> None:
    jail.settings("[cache]\nload_cache = false\n")
    settings = jail.load({"RECON_CACHE_DATA_DIR": "data"})
    changed = with_url(settings, f"redis://u:{CANARY}@127.0.0.1:1")
    assert changed.origins["cache.url"] == "embedded"
    assert {**changed.origins, "cache.url": "default"} == dict(settings.origins)
    assert settings.origins["cache.url"] == "default"
    assert changed.origins.stack("cache.url") == (
        Layered("default", None),
        Layered("embedded", "redis://***@127.0.0.1:1"),
    )
    assert changed.origins.stack("cache.load_cache")[-1].origin == "settings/default.toml:2"


def test_what_is_given_again_as_it_was_keeps_its_origin(jail: Jail) -> None:
    jail.settings("[reconciliation]\nstartup_delay_secs = 12.0\nlookback_mins = 5\n")
    changed = jail.load().with_sections("elsewhere", reconciliation=ReconciliationConfig(startup_delay_secs=12.0))
    assert changed.origins["reconciliation.startup_delay_secs"] == "settings/default.toml:2"
    assert changed.origins["reconciliation.lookback_mins"] == "elsewhere"
    assert [word.value for word in changed.origins.stack("reconciliation.lookback_mins")] == [None, 5, None]


def test_the_last_to_replace_a_value_is_its_origin(jail: Jail) -> None:
    jail.settings()
    first = with_url(jail.load({"RECON_CACHE_URL": "redis://h:1"}), "redis://h:2")
    again = first.with_sections("copy", cache=first.cache.model_copy(update={"url": SecretStr("redis://h:3")}))
    assert [word.origin for word in again.origins.stack("cache.url")] == [
        "default",
        "RECON_CACHE_URL",
        "embedded",
        "copy",
    ]


def test_the_tables_of_a_mapping_are_told_apart(jail: Jail) -> None:
    jail.settings("[claims.A-1]\nclaim_all = true\n[claims.B-1]\ninstrument_ids = ['A.X']\n")
    settings = jail.load()
    kept, other = settings.claims["B-1"], ExternalOrderClaimConfig(claim_all=True)
    changed = settings.with_sections("elsewhere", claims={"B-1": kept, "C-1": other})
    claimed = {key: place for key, place in changed.origins.items() if key.startswith("claims.")}
    assert claimed == {
        "claims.B-1.instrument_ids": "settings/default.toml:4",
        "claims.B-1.claim_all": "default",
        "claims.C-1.instrument_ids": "elsewhere",
        "claims.C-1.claim_all": "elsewhere",
    }


def test_settings_made_by_hand_know_what_was_replaced_only() -> None:
    changed = with_url(Settings(), "redis://h:1")
    assert dict(changed.origins) == {"cache.url": "embedded"}
    assert len(changed.origins) == 1
    assert changed.origins.stack("cache.url") == ()
