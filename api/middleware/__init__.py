"""WSGI middleware between the web server and the application, for requests of every resource."""
