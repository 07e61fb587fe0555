"""What `tur check` looks for, one module a kind of mistake."""
