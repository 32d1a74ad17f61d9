"""Ports that are to be ours alone."""

import errno
import socket

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

BACKLOG = 2048


def take(host: str, port: int) -> socket.socket:
    """Listen on a port from now on; whoever answers on it is whom the socket is handed to. Raises HuakaiError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as reason:
        if reason.errno == errno.EADDRINUSE:
            said = _("端口 {port} 已被其他程序占用，没有启动。请停止那个程序，或换一个端口。", port=port)
        else:
            said = _("不能监听端口 {port}：{reason}", port=port, reason=str(reason.strerror))
        raise HuakaiError(said) from None
