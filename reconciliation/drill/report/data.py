"""What came of a drill as plain data: the stable `--json` form, which `recon drill --help` documents."""

from typing import Any

from reconciliation.drill.outcome import Outcome, Row, Run
from reconciliation.versions import package_version


def data(outcome: Outcome) -> dict[str, Any]:
    """Return it; seconds unless a name says otherwise."""
    return {
        "version": package_version(),
        "fine": outcome.is_fine,
        "stopped_by": outcome.stopped_by or None,
        "wanted": outcome.wanted,
        "workers": outcome.at_once,
        "wall_secs": round(outcome.wall_secs, 3),
        "virtual_secs": round(outcome.virtual_secs, 3),
        "times_real_time": round(outcome.speed, 1),
        "summary": [_row(row) for row in outcome.rows],
        "runs": [_run(run) for run in outcome.runs],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "preset": row.preset,
        "scenario": row.title,
        "verdict": row.verdict.lower(),
        "runs": len(row.runs),
        "failed": len(row.failed),
        "agreed_p50_secs": row.agreed(0.5),
        "agreed_p95_secs": row.agreed(0.95),
        "agreed_max_secs": row.agreed(1.0),
        "anomalies": dict(row.kinds),
        "known": dict(row.known),
    }


def _run(run: Run) -> dict[str, Any]:
    played = run.played
    return {
        "preset": run.preset,
        "scenario": None if run.job.is_of_a_seed else run.job.title,
        "seed": run.job.schedule.seed,
        "verdict": run.verdict.lower(),
        "anomalies": [
            {
                "kind": anomaly.kind,
                "key": anomaly.key,
                "text": anomaly.text,
                "known": run.job.known.get(anomaly.kind),
            }
            for anomaly in played.anomalies
        ],
        "agreed_secs": played.agreed_secs,
        "never_repaired": list(run.job.never),
        "boots": played.boots,
        "refused": list(played.refused),
        "orders": played.orders,
        "fills": played.fills,
        "virtual_secs": round(played.virtual_secs, 3),
        "wall_secs": round(run.wall_secs, 3),
        "digest": played.digest or None,
    }
