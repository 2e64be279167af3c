"""The Bybit v5 wire for linear perpetuals: REST calls, the private and the trade socket, the public one.

Names and codes are those of the exchange's v5 documentation. Of the account's four categories only `linear` holds
anything here. An order's id is the ledger's, and so is an execution's: as text, where the exchange has UUIDs.
"""
