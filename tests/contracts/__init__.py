"""What each port promises, whoever is behind it: one suite for all that can be.

- the log and its recorder, on SQLite and PostgreSQL: `log/`
- stores of bytes, a table and a folder: `test_blob_stores.py`
- every read model of the program, on both databases: `test_projections.py`
- where a read model is made anew, a file or a schema: `test_staging_areas.py`
"""
