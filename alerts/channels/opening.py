"""From settings to channels that can send."""

from collections.abc import Mapping

from alerts.channels.base import Channel
from alerts.channels.email import EmailChannel
from alerts.channels.telegram import TelegramChannel
from alerts.inbox import Inbox
from alerts.settings import ChannelSettings, EmailSettings


def open_channels(settings: Mapping[str, ChannelSettings], inbox: Inbox) -> dict[str, Channel]:
    """Return the channels of a configuration, by id. Nothing is connected yet; `inbox` takes what people answer."""
    opened: dict[str, Channel] = {}
    for name, one in settings.items():
        opened[name] = EmailChannel(name, one) if isinstance(one, EmailSettings) else TelegramChannel(name, one, inbox)
    return opened
