# $ recon check --script engine_config_at_module_level.py
# exit 0: E03 W21 W37

from nautilus_trader.config import LiveExecEngineConfig

engine = LiveExecEngineConfig(reconciliation=True, inflight_check_retries=2)
