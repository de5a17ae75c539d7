"""The figures of docs/performance.md: `python -m benchmarks`, from the root of the repository.

The store is measured beside a floor, the least that a Flask endpoint can do and still keep a
statement, on the same database server, served by the same web server. Rounds are interleaved, so
that what else the machine does falls on both.
"""
