"""The Binance USD-M futures wire: REST calls, user stream, market streams."""
