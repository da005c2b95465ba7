"""The sources of the layers: one module per idea, all read from pinned archives."""
