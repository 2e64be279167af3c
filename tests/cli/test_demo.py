"""The demo holds, and the README shows what it really prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def without_what_varies(text: str) -> str:
    """Replace ports, the order's time stamp and the seconds taken; everything else must match."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"O-\d{8}-\d{6}-", "O-TIME-", text)
    return re.sub(r", \d+ s$", ", N s", text.strip())


def test_the_demo_holds_and_prints_what_the_readme_shows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciliation", "demo"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    readme = (ROOT / "README.md").read_text("utf-8")
    captured = re.search(r"<!-- captured: recon demo -->\n```text\n(.*?)```", readme, re.DOTALL)
    assert captured is not None
    assert without_what_varies(done.stdout) == without_what_varies(captured[1])
