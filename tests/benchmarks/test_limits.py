"""The limits are measured on both nodes, and told with their margin."""

from pathlib import Path

from benchmarks.limits import checks, figures
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import RECON, cache, surroundings, told_by
from benchmarks.limits.sizes import QUICK


def figure(recon: float | None, stock: float | None = 4.0, unit: str = "s") -> Figure:
    return Figure(name="startup", unit=unit, limit=30.0, recon=recon, stock=stock)


def test_a_limit_is_told_with_its_margin_and_the_ratio_to_stock() -> None:
    assert figure(6.0).cells() == ("startup", "30.0 s", "6.0 s", "80%", "4.0 s", "1.50")
    assert figure(31.0).cells()[3] == "MISSED"
    assert figure(None, None).cells() == ("startup", "30.0 s", "not measured", "MISSED", "not measured", "")
    assert figure(30, unit="").cells()[3] == "kept"
    assert figures.read(figures.data([figure(6.0)])) == (figure(6.0),)


def test_a_check_is_measured_on_both_nodes(tmp_path: Path) -> None:
    said: list[str] = []
    (found,) = checks.check(QUICK, tmp_path, said.append)
    assert found.remark == ""
    assert found.recon is not None
    assert found.stock is not None
    assert said[-2:] == ["recon checks 4 open orders", "stock checks 4 open orders"]


def test_a_purge_leaves_the_open_orders_alone(tmp_path: Path) -> None:
    with surroundings(fills=2, open_orders=1, symbols=2, progress=print) as env, cache() as url:
        told = [told for _, told in told_by(RECON, env | url, tmp_path, "cycles", 2, 2)]
    assert [each["orders"] for each in told if "rss" in each] == [2, 2]
