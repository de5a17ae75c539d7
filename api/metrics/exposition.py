"""Prometheus' text format, version 0.0.4: a family of samples after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.metrics.snapshot import MetricSum
from lrs.service import Health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


def exposition(counted: MetricSum, health: Health | None) -> str:
    """All families; without those of the database if `health` is None, as the database is
    unavailable.
    """
    return "".join([*_of_processes(counted), *_of_store(health)])


def _of_processes(counted: MetricSum) -> Iterable[str]:
    requests = sorted(counted.requests.items())
    seconds = "zachetka_request_seconds"
    yield _head(seconds, "summary", "Requests, and the time until each answer began.")
    for key, (count, sum_) in requests:
        labels = key._asdict()
        yield _sample(f"{seconds}_count", labels, count)
        yield _sample(f"{seconds}_sum", labels, round(sum_, 6))
    refusals = ({"code": c} for c in sorted(counted.refusals))
    yield _family("zachetka_refusals_total", "counter", "Refused requests by code.",
                  ((labels, counted.refusals[labels["code"]]) for labels in refusals))  # fmt: skip
    yield _one("zachetka_statements_stored_total", "counter",
               "Statements that were new, stored over HTTP.", counted.statements)  # fmt: skip
    yield _one("zachetka_writes_waiting", "gauge",
               "Requests that wait for the log's next commit.", counted.waiting)  # fmt: skip
    yield _one("zachetka_processes", "gauge", "Server processes that live.", len(counted.memory))
    memory = (({"pid": str(pid)}, size) for pid, size in sorted(counted.memory.items()))
    yield _family("zachetka_process_resident_memory_bytes", "gauge", "Memory of each process.",
                  memory)  # fmt: skip


def _of_store(health: Health | None) -> Iterable[str]:
    yield _one("zachetka_database_up", "gauge", "Whether the database answered.", int(bool(health)))
    if health is None:
        return
    yield _one("zachetka_log_events", "gauge", "Events in the log.", health.head)
    yield _one("zachetka_blob_bytes", "gauge", "Bytes of documents and attachments.", health.used)
    yield _one("zachetka_blob_quota_bytes", "gauge", "How many there may be; 0 for any number.",
               health.quota)  # fmt: skip
    of = [({"projection": p.name}, p) for p in health.projections]
    yield _family("zachetka_projection_lag_events", "gauge", "Events that wait to be folded.",
                  ((labels, p.lag) for labels, p in of))  # fmt: skip
    yield _family("zachetka_projection_lag_seconds", "gauge", "Since when the oldest waits.",
                  ((labels, p.lag_seconds) for labels, p in of))  # fmt: skip
    yield _family("zachetka_projection_running", "gauge", "Whether its state is `running`.",
                  ((labels, int(p.state == "running")) for labels, p in of))  # fmt: skip
    yield _one("zachetka_quarantined_events", "gauge", "Events that could not be folded.",
               len(health.quarantined))  # fmt: skip
    yield _one("zachetka_log_losses", "gauge", "Losses of the log not acknowledged yet.",
               len(health.divergences))  # fmt: skip


def _one(name: str, kind: str, meaning: str, value: float) -> str:
    return _family(name, kind, meaning, [({}, value)])


def _family(name: str, kind: str, meaning: str, values: Iterable[tuple[Labels, float]]) -> str:
    return _head(name, kind, meaning) + "".join(_sample(name, *value) for value in values)


def _head(name: str, kind: str, meaning: str) -> str:
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"


def _sample(name: str, labels: Labels, value: float) -> str:
    pairs = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value}\n" if pairs else f"{name} {value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
