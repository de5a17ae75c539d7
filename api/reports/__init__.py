"""Reports for people and reporting tools: `/api/v1`."""
