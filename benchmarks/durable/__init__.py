"""Durable instances beside DBOS Transact, and beside the databases alone."""
