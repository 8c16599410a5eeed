"""The commands that need the lock's packages; entered by the environment's own Python (see __main__)."""

import argparse
import os
import sys
import time

from launch import foreground, interrupts, stopping
from launch.checks import check
from launch.places import ROOT, RUN, is_for_a_person, prepare_run_folder, sentence_for, venv_program
from launch.screen import Stopped, Trouble, say
from launch.servers import environment, for_this_run, of_this_clone
from launch.up import PREPARED, manage, take_lock, up

TRANSLATIONS = ROOT / "locale" / "zh_Hans"
# These make a database ready or do not look at it: nothing is to be prepared before them.
NEEDS_NO_TABLES = {
    "prepare", "migrate", "makemigrations", "messages", "check", "help", "--help", "--version", "verify_log",
    "collectstatic", "shell-env", "spectacular", "diffsettings",
}  # fmt: skip


def command_up(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run up")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true", help="forget the database first")
    options = parser.parse_args(arguments)
    return up(options.port, fresh=options.fresh)


def command_test(arguments: list[str]) -> int:
    with for_this_run() as env:
        compile_messages(env)
        return foreground.run([venv_program("python"), "-m", "pytest", *spread(arguments), *arguments], env)


def compile_messages(env: dict[str, str]) -> None:
    """Before anything loads the catalogue: a process that has read the old one keeps it to its end."""
    written = max(path.stat().st_mtime for path in TRANSLATIONS.glob("*.po"))
    compiled = TRANSLATIONS / "LC_MESSAGES" / "django.mo"
    if not compiled.exists() or compiled.stat().st_mtime < written:
        manage("Compiling the translations", "messages", "--compile", env=env)


def spread(arguments: list[str]) -> list[str]:
    """Two processes, unless the arguments choose or name a single file."""
    if any(word.startswith(("-n", "--numprocesses", "--pdb", "--collect-only", "--co")) for word in arguments):
        return []
    named = [word for word in arguments if (ROOT / word.split("::")[0]).exists() and not word.startswith("-")]
    if len(named) == 1 and (ROOT / named[0].split("::")[0]).is_file():
        return []
    # in the order the tests stand in: the long ones first (tests/conftest.py)
    return ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def command_bench(arguments: list[str]) -> int:
    written = {path.stem: path.read_text() for path in sorted((ROOT / "bench").glob("*.py"))}
    # what the benchmarks share lies beside them and cannot be run
    known = {name: text for name, text in written.items() if '__name__ == "__main__"' in text}
    if not arguments:
        for name, text in known.items():
            first = text.lstrip('"').split("\n")[0].rstrip('"')
            say(f"./run bench {name:<12} {first}")
        return 0
    if arguments[0] not in known:
        raise Trouble(f"There is no benchmark {arguments[0]}; ./run bench lists them.")
    with for_this_run() as env:
        compile_messages(env)
        return foreground.run([venv_program("python"), "-m", f"bench.{arguments[0]}", *arguments[1:]], env)


def command_manage(arguments: list[str]) -> int:
    """With the servers of the running portal, else with our own for as long as the command runs."""
    program = [venv_program("python"), str(ROOT / "manage.py"), *arguments]
    prepare_run_folder()
    portal = running_when_ready()
    if portal:
        return foreground.run(program, os.environ | portal["env"])
    take_lock("manage", seconds=60)
    servers = of_this_clone()
    try:
        servers.start()
        env = environment(servers, demo=True, port=8000, folder=RUN)
        if not servers.outside and not PREPARED.exists() and not NEEDS_NO_TABLES & set(arguments[:1]):
            say_error("First use: preparing the database ...")
            manage("Preparing the database", "prepare", env=env)
        return foreground.run(program, env)
    finally:
        interrupts.begin_stopping()
        servers.stop()


def running_when_ready() -> dict:
    """A portal that is just starting is waited for: its servers will be ours to use."""
    deadline = time.monotonic() + 90
    while stopping.holder().get("what") == "up" and time.monotonic() < deadline:
        portal = stopping.running()
        if portal:
            return portal
        time.sleep(0.2)
    return {}


def say_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    interrupts.listen()
    name, rest = arguments[0], arguments[1:]
    match name:
        case "up":
            return command_up(rest)
        case "check":
            return check()
        case "test":
            return command_test(rest)
        case "bench":
            return command_bench(rest)
        case "manage":
            return command_manage(rest)
    raise Trouble(f"There is no ./run {name}.")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        say_error(f"run: {trouble}")
        sys.exit(1)
    except OSError as error:
        if not is_for_a_person(error):
            raise
        say_error(f"run: {sentence_for(error, error.filename or RUN)}")
        sys.exit(1)
    except Stopped:
        sys.exit(130)
