"""Ask /healthz as a container's health check: python -m launch.probe [--part NAME] URL (exit code 0: healthy)."""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

# The proxy alone speaks TLS; behind it a request without this header would be sent back to it.
HEADERS = {"X-Forwarded-Proto": "https"}


def ask(url: str, host: str = "") -> tuple[int, dict]:
    """The status and the parts of the answer; a red portal answers 503 with the same parts."""
    request = urllib.request.Request(url, headers=HEADERS | ({"Host": host} if host else {}))
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        body = error.read()
        return error.code, json.loads(body) if body.startswith(b"{") else {}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m launch.probe")
    parser.add_argument("url")
    parser.add_argument("--part", help="look at this part alone")
    options = parser.parse_args(arguments)
    try:
        # inside the network the portal is asked by another name than the one it answers to
        status, parts = ask(options.url, urlsplit(os.environ.get("PUBLIC_URL", "")).netloc)
    except OSError as error:
        print(f"no answer: {error}")
        return 1
    print(json.dumps(parts, ensure_ascii=False))
    if options.part:
        return 0 if parts.get("parts", {}).get(options.part, {}).get("ok") else 1
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
