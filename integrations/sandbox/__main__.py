"""`python -m integrations.sandbox`: the four services until Ctrl-C, with their addresses and credentials printed."""

import argparse
import signal
import sys
import threading

from integrations.sandbox import Sandbox


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m integrations.sandbox", description=__doc__)
    for service in ("zendesk", "gitlab", "chat", "feeds"):
        parser.add_argument(f"--{service}-port", type=int, default=0, metavar="PORT", help="default: any free port")
    parser.add_argument("--webhooks-to", metavar="URL", help="send the webhooks of every change to this service")
    ports = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    with Sandbox.start(
        zendesk_port=ports.zendesk_port,
        gitlab_port=ports.gitlab_port,
        chat_port=ports.chat_port,
        feeds_port=ports.feeds_port,
    ) as sandbox:
        if ports.webhooks_to:
            sandbox.zendesk.subscribe(f"{ports.webhooks_to}/webhooks/zendesk")
            sandbox.gitlab.subscribe(f"{ports.webhooks_to}/webhooks/gitlab")
            sandbox.zendesk.auto_deliver = sandbox.gitlab.auto_deliver = True
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in sandbox.environment().items()))
        sys.stdout.flush()
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
