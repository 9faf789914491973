"""Tells Prunella how a run ended: over NATS, with nothing but the standard library.

    NATS_URL=nats://127.0.0.1:4222 python3 publish.py [plain|cloudevent|cdevent]

With the package nats-py it is `await nc.jetstream().publish(subject, body, headers={"Nats-Msg-Id": ...})`.
"""

import json
import os
import socket
import sys
from urllib.parse import urlsplit

SOURCE = "//ci.example.com/shop"


def publish(subject: str, event: dict, message_id: str) -> dict:
    """Publishes and waits until the stream has it. Raises OSError or RuntimeError when it has not."""
    url = urlsplit(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    headers = f"NATS/1.0\r\nNats-Msg-Id: {message_id}\r\n\r\n".encode()
    body = json.dumps(event).encode()
    with socket.create_connection((url.hostname, url.port or 4222), timeout=10) as connection:
        lines = connection.makefile("rb")
        lines.readline()  # INFO
        login = {"verbose": False, "headers": True, "no_responders": True, "name": "publish.py"}
        login |= {"user": url.username, "pass": url.password}
        connection.sendall(f"CONNECT {json.dumps(login)}\r\nSUB _INBOX.me 1\r\n".encode())
        connection.sendall(f"HPUB {subject} _INBOX.me {len(headers)} {len(headers) + len(body)}\r\n".encode())
        connection.sendall(headers + body + b"\r\n")
        for line in lines:
            if line.startswith(b"PING"):
                connection.sendall(b"PONG\r\n")
            elif line.startswith(b"MSG"):
                answer = json.loads(lines.readline())
                if "error" in answer:
                    raise RuntimeError(answer["error"]["description"])
                return answer
            elif line.startswith((b"HMSG", b"-ERR")):
                raise RuntimeError(f"no stream took it: {line.decode().strip()}")
    raise RuntimeError("NATS closed the connection")


def events(run_id: str, event_id: str) -> dict:
    plain = {
        "pipeline_id": "shop/nightly",
        "repository": "acme/shop",
        "run_id": run_id,
        "conclusion": "failure",
        "error": {"message": "connect ETIMEDOUT 10.0.0.7:443"},
    }
    return {
        "plain": plain,
        "cloudevent": {
            "specversion": "1.0",
            "type": "dev.prunella.pipeline.finished.v1",
            "id": event_id,
            "source": SOURCE,
            "data": plain,
        },
        "cdevent": {
            "context": {
                "specversion": "0.5.0",
                "type": "dev.cdevents.pipelinerun.finished.0.2.0",
                "id": event_id,
                "source": SOURCE,
            },
            "subject": {
                "id": run_id,
                "type": "pipelineRun",
                "content": {
                    "pipelineName": "shop/nightly",
                    "outcome": "failure",
                    "errors": plain["error"]["message"],
                },
            },
        },
    }


if __name__ == "__main__":
    run = os.environ.get("RUN_ID", "17")
    # The same whenever the same thing is told: it is then stored once.
    this = f"shop/nightly/{run}/1/finished"
    wanted = sys.argv[1] if len(sys.argv) > 1 else "plain"
    publish("pipeline.finished", events(run, this)[wanted], f"{SOURCE}#{this}")
