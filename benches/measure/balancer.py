"""A client of several servers that does what a load balancer does: it keeps connections open, and
asks another server if one refuses the connection. Any number of requests may be under way."""

import asyncio
import json

# What may go wrong with a request: the connection, its end before the answer's, or the time.
FAILURES = (OSError, EOFError, asyncio.TimeoutError)


class Balancer:
    """Connections to servers on ports of this machine."""

    def __init__(self, ports, timeout):
        self.ports, self.timeout = ports, timeout
        self.idle = {port: [] for port in ports}
        # How many requests were sent to another server, because theirs refused the connection.
        self.retried = 0

    async def send(self, at, method, path, body=None):
        """The status and body of an answer, from the server with this number if it can be reached."""
        return await asyncio.wait_for(self._send(at, method, path, body), self.timeout)

    async def _send(self, at, method, path, body):
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n"
        head += "Content-Type: application/json\r\n\r\n" if data else "\r\n"
        for turn in range(len(self.ports)):
            port = self.ports[(at + turn) % len(self.ports)]
            try:
                reader, writer = await self._connect(port)
            except ConnectionRefusedError:
                continue
            self.retried += turn > 0
            try:
                writer.write(head.encode() + data)
                status, fields, answer = await read(reader)
            except BaseException:
                writer.close()
                raise
            if fields.get("connection") == "close":
                writer.close()
            else:
                self.idle[port].append((reader, writer))
            return status, answer
        raise ConnectionRefusedError("all servers refuse connections")

    async def _connect(self, port):
        """A connection that is open as far as anyone can tell before it is used."""
        while self.idle[port]:
            reader, writer = self.idle[port].pop()
            if not (reader.at_eof() or reader.exception() or writer.is_closing()):
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)

    def close(self):
        """Closes the connections that no request uses."""
        for connections in self.idle.values():
            for _, writer in connections:
                writer.close()


async def read(reader):
    """The status, header fields and body of one answer."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
    else:
        body = await reader.readexactly(int(fields.get("content-length", 0)))
    return int(lines[0].split()[1]), fields, body
