"""NautilusTrader 1.231: emit its configuration, assemble a node, guard it, watch it start."""
