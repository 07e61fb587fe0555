"""What Turmeric costs, measured: `python -m benchmarks` (see docs/performance.md)."""
