"""How names are found, however they are typed: folded on both sides, by two-character grams, and pinyin initials."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func

GENERIC = re.compile(
    r"(社区居民委员会|社区居委会|村民委员会|居民委员会|村委会|居委会|社区|街道办事处|街道|地区|自治州|自治县|自治区)$"
)


ASKED = re.compile(rf"(?:{GENERIC.pattern[1:-2]}|办事处|县|区)$")
"""Endings that the question may have and the name has not, or in another form."""


def fold(words: str) -> str:
    """Words without width, case and spaces: ＨＫ－４１ is hk-41."""
    return "".join(unicodedata.normalize("NFKC", words).lower().split())


def asked(words: str) -> str:
    """What a question is about: folded, without the ending that it may share with thousands of names."""
    plain = fold(words)
    short = ASKED.sub("", plain)
    return short if len(short) > 1 else plain


def says(column: Any, words: str) -> ColumnElement[bool]:
    """Whether a column holds the words, both sides folded."""
    return folded(column).contains(fold(words), autoescape=True)


def folded(column: Any) -> ColumnElement[str]:
    """A column as the database folds it."""
    return func.replace(func.lower(func.pg_catalog.normalize(column, "NFKC")), " ", "")


def pieces(words: str) -> list[str]:
    """The grams that each name with these words was stored with; none where only the name itself can tell."""
    plain = asked(words)
    return [one for one in grams(plain) if plain.isascii() or all(map(_is_han, one))]


def _is_han(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CJK UNIFIED")


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
