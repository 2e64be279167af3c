import os
from pathlib import Path
from typing import Final

import pytest
from jail import LOCAL_VENUE, Jail, codes, refused, shipped

ROOT_USER: Final = 0
SERVICE: Final = 10_001
"""A user without rights, as which a node runs."""


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"s3cret", "s3cret"),
        (b"s3cret\n", "s3cret"),
        (b"s3cret\r\n", "s3cret"),
        (b"two\n\n", "two\n"),
        (b"none", "none"),
    ],
)
def test_secret_files_lose_one_newline_only(jail: Jail, content: bytes, secret: str) -> None:
    env = LOCAL_VENUE | {"RECON_VENUE_API_SECRET_FILE": jail.secret(content)}
    del env["RECON_VENUE_API_SECRET"]
    settings = shipped(env)
    assert settings.venue.api_secret is not None
    assert settings.venue.api_secret.get_secret_value() == secret
    assert settings.origins["venue.api_secret"] == "RECON_VENUE_API_SECRET_FILE"


def test_every_secret_may_come_as_a_file(jail: Jail) -> None:
    url = jail.secret(b"redis://u:p@h:6379\n", name="url")
    key = jail.secret(b"k\n", name="key")
    env = {name: LOCAL_VENUE[name] for name in ("RECON_VENUE_HTTP_URL", "RECON_VENUE_STREAM_URL")}
    settings = shipped(
        env | {"RECON_CACHE_URL_FILE": url, "RECON_VENUE_API_KEY_FILE": key, "RECON_VENUE_API_SECRET_FILE": key}
    )
    assert settings.cache.url is not None
    assert settings.cache.url.get_secret_value() == "redis://u:p@h:6379"
    assert settings.venue.is_given


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_secret_files_that_others_can_read_are_refused(jail: Jail, mode: int) -> None:
    env = {"RECON_CACHE_URL_FILE": jail.secret(b"redis://h:6379", mode, name="url")}
    assert codes(env) == ["secret_exposed"]
    Path("url").chmod(0o400)
    assert shipped(env).cache.url is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(
    ("mode", "owner", "problems"),
    [
        (0o440, ROOT_USER, []),  # a Secret of Kubernetes under fsGroup, a credential of systemd
        (0o444, ROOT_USER, ["secret_exposed"]),
        (0o440, SERVICE, ["secret_exposed"]),
        (0o400, SERVICE, []),
    ],
)
def test_a_secret_that_root_hands_to_the_group_of_a_service_is_taken(
    jail: Jail, monkeypatch: pytest.MonkeyPatch, mode: int, owner: int, problems: list[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SERVICE)
    env = {"RECON_CACHE_URL_FILE": jail.secret(b"redis://h:6379", mode, name="url")}
    os.chown("url", owner, SERVICE)
    if problems:
        assert codes(env) == problems
    else:
        assert shipped(env).cache.url is not None


def test_secret_given_twice_is_refused(jail: Jail) -> None:
    env = {
        "RECON_CACHE_URL": "redis://h:6379",
        "RECON_CACHE_URL_FILE": jail.secret(b"redis://h:6379", name="url"),
    }
    problem, *rest = refused(env)
    assert (problem.origin, problem.code, rest) == ("RECON_CACHE_URL_FILE", "secret_twice", [])
    assert "RECON_CACHE_URL " in problem.message


@pytest.mark.parametrize(
    ("content", "code"), [(None, "secret_unreadable"), (b"", "secret_empty"), (b"\n", "secret_empty")]
)
def test_missing_and_empty_secret_files_are_refused(jail: Jail, content: bytes | None, code: str) -> None:
    name = "nowhere" if content is None else jail.secret(content)
    assert codes({"RECON_CACHE_URL_FILE": name}) == [code]


@pytest.mark.parametrize("content", [b"\xff\xfe", "directory"], ids=["not-utf8", "directory"])
def test_unreadable_secret_files_are_refused(jail: Jail, content: bytes | str) -> None:
    if isinstance(content, bytes):
        jail.secret(content)
    else:
        Path("secret").mkdir(mode=0o755)
    assert codes({"RECON_CACHE_URL_FILE": "secret"}) == ["secret_unreadable"]


def test_only_secrets_come_as_files() -> None:
    assert codes({"RECON_STARTUP_DELAY_SECS_FILE": "anything"}) == ["unknown_variable"]


@pytest.mark.parametrize("key", ["cache.url", "venue.api_key", "venue.api_secret"])
@pytest.mark.parametrize("file", ["default", "standard"])
def test_secrets_in_toml_are_refused_with_their_line(jail: Jail, key: str, file: str) -> None:
    section, name = key.split(".")
    jail.settings(**{file: f'# head\n[{section}]\n{name} = "redis://h:6379"\n'})
    problem, *rest = jail.refused()
    assert rest == []
    assert (problem.origin, problem.key, problem.code) == (f"settings/{file}.toml:3", key, "secret_in_toml")
    assert f"RECON_{section.upper()}_{name.upper()}" in problem.hint
