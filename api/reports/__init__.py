"""What people and reporting tools read: `/api/v1`."""
