"""Photographs: read in the sandbox, turned upright, made smaller, written anew on white without anything else."""

from huakai_platform.kernel.images.reading import MOST_BYTES, check_size, reencode

__all__ = ["MOST_BYTES", "check_size", "reencode"]
