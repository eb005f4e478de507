"""What the benchmark drivers share: workers, inputs, the server, statistics and tables.

Only Python's standard library is used here, so that `make bench` needs nothing else.
"""
