"""The specification's limits, measured on a real node beside a stock one: startup, a periodic check, memory.

Both nodes have the settings of one preset. Recon's is built by `build_node`, with every guard; the stock one is
upstream's `TradingNode` with the stock Binance client. Each is a process of its own, over sockets, with a venue process
and a Valkey, in real time.
"""
