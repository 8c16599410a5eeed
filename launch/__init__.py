"""The portal's own servers and workers, installed, started and stopped as one. Nothing here knows Django."""
