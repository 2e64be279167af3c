"""The line an origin names is the one the key stands on, whatever the file looks like."""

import pytest
from jail import Jail

DELAY = "reconciliation.startup_delay_secs"
LEVEL = "log.level"
IDS = "reconciliation.instrument_ids"

CASES: dict[str, tuple[str, dict[str, int]]] = {
    "tables": ("[log]\nlevel = 'ERROR'\n\n[reconciliation]\nstartup_delay_secs = 12\n", {LEVEL: 2, DELAY: 5}),
    "dotted keys": ("log.level = 'ERROR'\nreconciliation . startup_delay_secs = 12\n", {LEVEL: 1, DELAY: 2}),
    "quoted keys": (
        "[\"log\"]\n'level' = 'ERROR'\n[ reconciliation ]\n\"startup_delay_secs\"=12\n",
        {LEVEL: 2, DELAY: 4},
    ),
    "inline tables": (
        "\nlog = { format = 'json', level = 'ERROR' }\nreconciliation = {startup_delay_secs = 12.0}\n",
        {LEVEL: 2, "log.format": 2, DELAY: 3},
    ),
    "arrays over several lines": (
        "[reconciliation]\ninstrument_ids = [ # level = 1\n  'A.X',\n\n  'B.X', # ]\n]\nstartup_delay_secs = 12\n",
        {IDS: 2, DELAY: 7},
    ),
    "strings over several lines": (
        "[cache]\ndata_dir = '''\n[log]\nlevel = 1\n'''\n[log]\nlevel = \"\"\"\\\n  ERROR\\\n  \"\"\"\n",
        {"cache.data_dir": 2, LEVEL: 7},
    ),
    "strings that end in quotes": (
        '[cache]\ndata_dir = """\na"""""\n[log]\nlevel = \'ERROR\'\n',
        {"cache.data_dir": 2, LEVEL: 5},
    ),
    "comments": (
        "# [log]\n# level = 'x'\n[log] # level = 'y'\n  # level = 'z'\n  level = 'ERROR' # [x] level = '\"\"\"'\n",
        {LEVEL: 5},
    ),
    "claims": (
        ("[claims]\nA-1.claim_all = true\n[claims.\"B-1\"]\ninstrument_ids = [\n'X.Y']\n"
        "[claims.C-1]\n\ninstrument_ids=['Z.Y']\n"),
        {"claims.A-1.claim_all": 2, "claims.B-1.instrument_ids": 4, "claims.C-1.instrument_ids": 8},
    ),
    "no last line end": ("[log]\nlevel = 'ERROR'", {LEVEL: 2}),
    "other line ends in text": ("# a\u2028b\u0085c\n[log]\nlevel = 'ERROR'\n", {LEVEL: 3}),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("file", ["default.toml", "standard.toml"])
@pytest.mark.parametrize("name", CASES)
def test_each_origin_names_the_line(jail: Jail, name: str, file: str, ending: str) -> None:
    text, expected = CASES[name]
    jail.settings()
    jail.write(f"settings/{file}", text.replace("\n", ending))
    origins = jail.load().origins
    assert {key: origins[key] for key in expected} == {key: f"settings/{file}:{line}" for key, line in expected.items()}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_mistake_names_the_line(jail: Jail, ending: str) -> None:
    text = (
        "# head\n\n[reconciliation]\ninstrument_ids = [\n  'A.X',\n  'A.X',\n]\nstartup_delay_secs = 5\n"
        "[log]\nlevel = '''\n\n'''\nformat = 'x'\n"
    )
    jail.settings(text.replace("\n", ending))
    assert [problem.origin for problem in jail.refused()] == [
        f"settings/default.toml:{line}" for line in (4, 8, 10, 13)
    ]
