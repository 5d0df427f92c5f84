"""A mail server on this machine that keeps what it is given: SMTP as RFC 5321 has it, as far as a client needs it."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text of the one part of this kind, such as text/html."""
        (found,) = (part for part in self.message.walk() if part.get_content_type() == kind)
        return str(found.get_content())


class MailReceiver:
    """`lost`: a mail to this address is taken, and the connection ends without an answer."""

    def __init__(self) -> None:
        self.got: list[Mail] = []
        self.lost = ""
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                receiver._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def address(self, to: str = "team@example.org") -> str:
        return f"mailto://127.0.0.1:{self.port}/?from=afterword@example.org&to={to}&mode=insecure"

    def _talk(self, peer: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            peer.wfile.write(f"{line}\r\n".encode())

        sender, recipients = "", []
        say("220 ready")
        while line := peer.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "MAIL":
                    sender = rest
                case "RCPT":
                    recipients.append(rest.partition("<")[2].partition(">")[0])
                case "DATA":
                    say("354 go on")
                    body = self._body(peer)
                    message = message_from_bytes(body, _class=EmailMessage, policy=policy.default)
                    self.got.append(Mail(sender, tuple(recipients), message))
                    if self.lost in recipients:
                        return
                    recipients = []
                case "QUIT":
                    say("221 bye")
                    return
            say("250 ok")

    @staticmethod
    def _body(peer: socketserver.StreamRequestHandler) -> bytes:
        lines = []
        while (line := peer.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
