"""What runs in the processes of `python -m benchmarks durable`."""
