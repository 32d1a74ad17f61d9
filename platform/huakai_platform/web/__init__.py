"""The frame around every page: context, guards, errors, assets."""
