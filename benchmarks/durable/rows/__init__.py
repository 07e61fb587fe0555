"""The rows of the table: what is measured, one module for each kind."""
