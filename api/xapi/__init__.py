"""The xAPI resources: `/xapi`."""
