"""By what a site is found: pieces of its name, number and community, and the initials of its name."""

from huakai_platform.kernel import search


def of(name: str, code: str, community: str | None = None) -> list[str]:
    """What goes into `Site.grams`."""
    initials = search.initials(name)
    letters = (initials[i : i + 2] for i in range(len(initials) - 1))
    return list(dict.fromkeys([*search.grams(name, code, community), *letters]))
