"""How names are found: two-character grams of what distinguishes them, and pinyin initials."""

import re
from functools import lru_cache

GENERIC = re.compile(
    r"(社区居民委员会|社区居委会|村民委员会|居民委员会|村委会|居委会|社区|街道办事处|街道|地区|自治州|自治县|自治区)$"
)


def core(name: str) -> str:
    """A name without the ending that thousands of others share; a name that is nothing else stays whole."""
    return GENERIC.sub("", name) or name


def grams(*texts: str | None) -> list[str]:
    """The two-character pieces by which a row is found, each once, in order."""
    found: dict[str, None] = {}
    for text in texts:
        lowered = core((text or "").strip().lower())
        found |= dict.fromkeys(lowered[i : i + 2] for i in range(len(lowered) - 1) if not lowered[i : i + 2].isspace())
    return list(found)


@lru_cache(maxsize=65_536)
def initials(name: str) -> str:
    """The first letters of a Chinese name as it is read: 重庆市 → cqs."""
    from pypinyin.seg import simpleseg  # half a second to import: only where names are written

    return "".join(_letters(word) for word in simpleseg.seg(name)).lower()


@lru_cache(maxsize=65_536)
def _letters(word: str) -> str:
    """Of a word as the dictionary cuts names: thousands of names share few, and each is looked up once."""
    from pypinyin import Style, lazy_pinyin

    return "".join(part[0] for part in lazy_pinyin(word, style=Style.FIRST_LETTER) if part)
