"""Messages kept in a column, so that each reader is told in their own language later."""

import json

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from huakai_platform.kernel.i18n import Message, pack, unpack

PACKED = '{"text": '


class MessageType(TypeDecorator[str]):
    """A text column: a Message comes back as the Message it was, any other text as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return json.dumps(pack(value), ensure_ascii=False) if isinstance(value, Message) else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return unpack(json.loads(value)) if value and value.startswith(PACKED) else value
