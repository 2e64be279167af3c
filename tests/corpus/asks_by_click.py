# $ recon check --script asks_by_click.py
# exit 2:
# says: it asks for an answer, "Symbol:" (asks_by_click.py:

import click
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


@click.command()
@click.option("--symbol", prompt=True)
def main(symbol):
    TradingNode(config=TradingNodeConfig()).run()


if __name__ == "__main__":
    main()
