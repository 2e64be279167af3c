# $ recon check --script click_main.py -- --testnet
# exit 0: E03 W21 W35 W37

import click
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.adapters.binance.common.enums import BinanceEnvironment
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


@click.command()
@click.option("--testnet", is_flag=True)
def main(testnet):
    environment = BinanceEnvironment.TESTNET if testnet else BinanceEnvironment.LIVE
    client = BinanceExecClientConfig(api_key="k", api_secret="s", environment=environment, max_retries=10)
    node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": client}))
    node.build()
    node.run()


if __name__ == "__main__":
    main()
