"""Good and hostile requests, at speed and for long, and whether every verdict, byte and event was right: `make soak`."""
