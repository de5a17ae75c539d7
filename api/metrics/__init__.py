"""Metrics for Prometheus at /metrics, and the access log: one middleware collects both."""

from api.metrics.install import install
from api.metrics.shared import shared_folder

__all__ = ["install", "shared_folder"]
