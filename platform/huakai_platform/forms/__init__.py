"""Definitions of questions become schemas, pages, JSON and workbooks."""
