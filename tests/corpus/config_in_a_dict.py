# $ recon check --script config_in_a_dict.py --call 'build()'
# exit 2: E05 E03 W21 W37
# says: at BINANCE (assumed

from nautilus_trader.config import LiveExecEngineConfig


def build():
    return {"engine": LiveExecEngineConfig(position_check_interval_secs=30.0), "name": "maker"}
