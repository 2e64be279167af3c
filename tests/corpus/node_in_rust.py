# $ recon check --script node_in_rust.py
# exit 2:
# says: no LiveNode of the engine in Rust is built here, and none is judged: a TradingNode is (node_in_rust.py:7)

from nautilus_trader.core import nautilus_pyo3

builder = nautilus_pyo3.live.LiveNode.builder(
    "NODE", nautilus_pyo3.TraderId("NODE-001"), nautilus_pyo3.Environment.LIVE
)
node = builder.build()
node.run()
