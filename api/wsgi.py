"""For WSGI servers: `granian --interface wsgi --factory api.wsgi:create`."""

from __future__ import annotations

import atexit
import os

from flask import Flask

from api import runner
from api.app import create_app
from api.logs import configure
from lrs.bootstrap import build
from lrs.process import settle
from lrs.settings import Settings


def create() -> Flask:
    """The application of this process, from the environment, with its projector running."""
    runner.install()
    settings = Settings.from_env(os.environ)
    configure(settings)
    lrs = build(settings)
    lrs.start(fold=settings.project_in_web)
    atexit.register(lrs.close)
    settle()
    return create_app(lrs)
