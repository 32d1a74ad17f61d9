"""A few plain pictures of a room without anybody in it."""

import hashlib
import io
from random import Random

from PIL import Image, ImageDraw

from huakai_deploy.demo_history.writing import Photo
from huakai_platform.kernel.images import reencode

COUNT = 6
WIDTH, HEIGHT = 240, 180
WALLS = ("#dfe8e2", "#e9e4da", "#dde5ec")


def drawn() -> list[Photo]:
    """The same pictures every time."""
    made = [reencode(_picture(Random(number))) for number in range(COUNT)]
    return [Photo(hashlib.sha256(one).hexdigest(), one) for one in made]


def _picture(dice: Random) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), dice.choice(WALLS))
    pen = ImageDraw.Draw(image)
    floor = dice.randint(115, 130)
    pen.rectangle((0, floor, WIDTH, HEIGHT), fill="#b9a184")
    left = dice.randint(15, 60)
    pen.rectangle((left, 25, left + 70, 80), fill="#bcd8ea", outline="#ffffff", width=4)
    desk = dice.randint(110, 140)
    pen.rectangle((desk, floor - 20, desk + 80, floor - 12), fill="#8b6b4a")
    for leg in (desk + 5, desk + 70):
        pen.rectangle((leg, floor - 12, leg + 5, floor + 22), fill="#6f553a")
    pen.ellipse((left, floor - 8, left + 60, floor + 30), fill="#6e9c86")
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
