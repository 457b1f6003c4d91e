"""Figures: data in, a plotly figure out; one module a shape."""
