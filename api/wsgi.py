"""For WSGI servers: `granian --interface wsgi --factory api.wsgi:create`."""

from __future__ import annotations

import atexit
import os

from flask import Flask

from api import runner
from api.app import create_app
from api.logs import configure
from lrs.bootstrap import build
from lrs.parent_process import end_with_parent
from lrs.runtime import tune_memory
from lrs.settings import Settings

LINGER = 10.0
"""Seconds that running requests have to end when the server's first process is gone."""


def create() -> Flask:
    """The application of this process, from the environment, with its projector running."""
    end_with_parent(linger=LINGER)
    runner.install()
    settings = Settings.from_env(os.environ)
    configure(settings)
    lrs = build(settings)
    lrs.start(fold=settings.project_in_web)
    atexit.register(lrs.close)
    tune_memory()
    return create_app(lrs)
