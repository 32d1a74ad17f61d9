"""Lists of things, each described once: form, list, sheet, export, print and API follow from its fields."""
