"""Targets: the ledger of their versions, which the application itself writes, and how they come into being."""
