"""The Messages API as HTTP: what a request holds is handed on, and the answer sent as the client expects it."""

from __future__ import annotations

import json
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ERRORS = {529: "overloaded_error", 429: "rate_limit_error", 400: "invalid_request_error"}


@dataclass
class Answer:
    """What the model answers: blocks, or the status of an `error`; after `hang` seconds."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    error: int = 0
    hang: float = 0.0


class Server:
    """Serves on a socket that is already listening. `answer` is asked for each request to /v1/messages: its headers
    (names in lower case) and its body; `other` is told of everything else that is asked for."""

    def __init__(
        self,
        listener: socket.socket,
        answer: Callable[[Mapping[str, str], dict[str, Any]], Answer],
        other: Callable[[str, str, dict[str, Any]], None],
    ) -> None:
        self.answer = answer
        self.other = other
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self), bind_and_activate=False)
        self._http.socket.close()
        self._http.socket = listener
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _events(answer: Answer, model: str) -> list[dict[str, Any]]:
    usage = {"input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, **answer.usage}
    output = usage.pop("output_tokens", 5)
    calls = any(block["type"] == "tool_use" for block in answer.blocks)
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {
                "id": f"msg_{secrets.token_hex(12)}",
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {**usage, "output_tokens": 1},
            },
        }
    ]
    for index, block in enumerate(answer.blocks):
        if block["type"] == "text":
            start: dict[str, Any] = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events += [
            {"type": "content_block_start", "index": index, "content_block": start},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    stop = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stop, "usage": {**usage, "output_tokens": output}})
    events.append({"type": "message_stop"})
    return events


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed drops its connections; anything else is worth its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send(200, b"")

        def do_GET(self) -> None:
            server.other("GET", self.path, {})
            self._json(200, {})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                body = {}
            path = self.path.split("?")[0]
            if path == "/v1/messages/count_tokens":
                self._json(200, {"input_tokens": max(1, len(raw) // 4)})
            elif path != "/v1/messages" or not isinstance(body, dict) or "messages" not in body:
                server.other("POST", self.path, body if isinstance(body, dict) else {})
                self._json(200, {})
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._message(body, server.answer(headers, body))

        def _message(self, body: dict[str, Any], answer: Answer) -> None:
            if answer.hang and server.closing.wait(answer.hang):
                self.close_connection = True
                return
            if answer.error:
                error = {"type": ERRORS.get(answer.error, "api_error"), "message": "scripted failure"}
                self._json(answer.error, {"type": "error", "error": error})
                return
            events = _events(answer, str(body.get("model", "")))
            if not body.get("stream"):
                message = {**events[0]["message"], "content": answer.blocks, **events[-2]["delta"]}
                self._json(200, message)
                return
            lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
            self._send(200, "".join(lines).encode(), "text/event-stream")

        def _json(self, status: int, obj: Any) -> None:
            self._send(status, json.dumps(obj).encode())

        def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
            try:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave this request up, as it may

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
