"""Imported last by a process that others are forked from: what is there by now is for good, and no
collection of theirs goes through it, which would copy all of it.
"""

import gc

gc.collect()
gc.freeze()
