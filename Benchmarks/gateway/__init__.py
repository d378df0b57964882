"""Compares the gateway with HAProxy and NGINX: `make bench-gateway`."""
