"""The figures of docs/performance.md: `python -m benchmarks`, from the root of the repository.

Each figure of the store is compared with a floor: the least that a Flask endpoint can do to store a
statement, on the same database server and web server. Rounds alternate, so that other work on the
machine affects both.
"""
