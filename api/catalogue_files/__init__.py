"""The catalogue as files: YAML and workbooks, read and written."""
