"""Figures for Prometheus at /metrics, and the access log: both from one look at each request."""

from api.metrics.install import install
from api.metrics.shared import shared_folder

__all__ = ["install", "shared_folder"]
