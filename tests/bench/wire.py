"""A small HTTP/1.1 server on loopback: a thread per connection, kept alive, answers in one write.

The standard library's server writes an answer in several pieces and parses headers as mail; the
functions under measurement would wait for it.
"""

import socket
import threading


class Server:
    """Serves `answer(request)` on a port of its own until `stop`.

    `answer` returns (status, headers, body); None closes the connection without an answer.
    """

    def __init__(self, answer, tls=None, port=0):
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._open = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        # Closing alone does not wake the thread that waits for connections.
        for end in (lambda: self._listener.shutdown(socket.SHUT_RDWR), self._listener.close):
            try:
                end()
            except OSError:
                pass
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            _hang_up(connection)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.add(connection)
            with connection.makefile("rb") as stream:
                while request := _read(stream):
                    answered = self._answer(request)
                    if answered is None:
                        return
                    connection.sendall(_written(request, *answered))
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            _hang_up(connection)


class Request:
    """One request; header names are in lower case."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


def _read(stream):
    line = stream.readline()
    if not line.strip():
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(stream.readline().split(b";")[0], 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    else:
        body = stream.read(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)


def _written(request, status, headers, body):
    head = [f"HTTP/1.1 {status} {'OK' if status < 400 else 'Refused'}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + (b"" if request.method == "HEAD" else body)


def _hang_up(connection):
    for end in (lambda: connection.shutdown(socket.SHUT_RDWR), connection.close):
        try:
            end()
        except OSError:
            pass
