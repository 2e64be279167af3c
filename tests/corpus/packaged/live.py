from nautilus_trader.config import LiveExecEngineConfig

engine = LiveExecEngineConfig(open_check_interval_secs=5.0, open_check_open_only=False)
