"""What stands between the web server and the application, for requests of every resource."""
