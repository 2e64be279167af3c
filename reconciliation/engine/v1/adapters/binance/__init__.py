"""The Binance USD-M futures adapter: its clients from settings, what it is asked past the engine, and its guards."""
