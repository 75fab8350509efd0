"""Mail by SMTP: the standard library's client in a thread, one connection for each letter."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from wasl.config import Mail as MailSettings
from wasl.domain.errors import Refused, Unauthorised, Unavailable
from wasl.ports.mail import Letter

TIMEOUT_SECONDS = 20.0


class SmtpMail:
    """Sends letters through the mail server of the settings."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def send(self, letter: Letter) -> None:
        """Hands a letter over."""
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> None:
        host = f"{self._settings.host}:{self._settings.port}"
        try:
            with self._connected() as server:
                if self._settings.user:
                    server.login(self._settings.user, self._settings.password.get_secret_value() if self._settings.password else "")
                server.send_message(self._message(letter))
        except smtplib.SMTPAuthenticationError as error:
            raise Unauthorised(f"mail: {host} does not take user and password; mend mail.user and mail.password") from error
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            raise Refused(f"mail: {host} refuses a letter to {letter.to!r}: {error}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"mail: {host} cannot do what mail.security asks for: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"mail: {host} cannot be reached now: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        host, port = str(self._settings.host), self._settings.port
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if self._settings.security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2].rstrip(">") or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
