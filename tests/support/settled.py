"""Imported last by a process that others are forked from. It does each thing once, in a store that
nobody keeps: the first statement of every kind takes a process ten times as long as the next one.
Then what is there is for good, and no collection of theirs goes through it, which would copy all
of it.
"""

import gc
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from structlog._config import BoundLoggerLazyProxy

from api.cli.main import main
from tests.support.statements import remember_statements

_OFFICE = "offices: [{code: '1', title: {ru: Север}}]"
_STATEMENT = """{"actor": {"mbox": "mailto:anna@example.org"}, "object": {"id": "http://example.org/1"},
"verb": {"id": "http://example.org/verbs/attended"}}"""
_COMMANDS = (
    "migrate",
    "key create practice",
    "key list",
    "import file.json",
    "catalogue import file.yaml",
    "catalogue template file.xlsx",
    "person rename mbox|mailto:anna@example.org Anna",
    "projections",
    "doctor",
)


def practise() -> None:
    """Run these commands in a folder of their own."""
    before, here = dict(os.environ), Path.cwd()
    with TemporaryDirectory() as folder:
        Path(folder, "file.json").write_text(_STATEMENT, "utf-8")
        Path(folder, "file.yaml").write_text(_OFFICE, "utf-8")
        for name in [name for name in os.environ if name.startswith("LRS_")]:
            del os.environ[name]
        os.environ["LRS_LOG_LEVEL"] = "error"
        os.chdir(folder)
        try:
            with Path(os.devnull).open("w") as nobody, redirect_stdout(nobody):
                for command in _COMMANDS:
                    main(command.split(), prog_name="lrs", standalone_mode=False)
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def forget_logging() -> None:
    """Have whoever is forked set up logging for itself: a logger keeps what it was first used
    with.
    """
    structlog.reset_defaults()
    for module in list(sys.modules.values()):
        for logger in vars(module).values():
            if isinstance(logger, BoundLoggerLazyProxy):
                vars(logger).pop("bind", None)


remember_statements()
practise()
forget_logging()
gc.collect()
gc.freeze()
