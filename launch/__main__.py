"""./run: up, stop, reset, test, check, bench, manage."""

import os
import sys
import time

from launch import install, stopping
from launch.places import RUN, is_for_a_person, sentence_for, venv_program
from launch.screen import Stopped, Trouble

HELP = """\
./run up [--port N] [--fresh]   start the portal with demo data; Ctrl-C ends it
./run stop                      end a portal started elsewhere
./run reset                     stop, and forget the database and everything else in .run/
./run test [pytest arguments]   run the tests on servers of their own
./run check                     formatting, lint, layers, types, migrations, templates, translations, deployment
./run bench [name]              list the benchmarks, or run one
./run manage COMMAND ...        Django's manage.py with the portal's servers and settings
"""
WITH_DEVELOPMENT = {"test", "check", "bench"}
COMMANDS = {"up", "stop", "reset", "test", "check", "bench", "manage"}


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0 if arguments else 2
    if arguments[0] not in COMMANDS:
        raise Trouble(f"There is no ./run {arguments[0]}. Try ./run help.")
    if arguments[0] == "stop":
        return stopping.stop()
    if arguments[0] == "reset":
        return stopping.reset()
    install.ensure(dev=arguments[0] in WITH_DEVELOPMENT)
    python = venv_program("python")
    os.environ["RUN_BEGAN"] = str(began)
    # `commands` imports packages of the lock: only the environment's own Python may go on
    os.execv(python, [python, "-m", "launch.commands", *arguments])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        print(f"run: {trouble}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if not is_for_a_person(error):
            raise
        print(f"run: {sentence_for(error, error.filename or RUN)}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, Stopped):
        sys.exit(130)
