"""Pages of those who handle, oversee and help: over the same actions as the driver's pages."""
