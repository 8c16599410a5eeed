"""Become another program that dies with its parent: python -S -E child.py MODE SIGNAL PARENT PROGRAM ...

A separate program and not a preexec_fn, which would run Python between fork and exec of a process with threads.
It stands alone (no import of launch) so that it starts in some 20 ms.
"""

import ctypes
import os
import sys

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class CapWords(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def libc_call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{name}: {os.strerror(errno)}")


def enter_namespace() -> None:
    """Appear as nobody to ourselves while remaining root outside: PostgreSQL refuses to run as user 0."""
    user, group = os.getuid(), os.getgid()
    libc_call("unshare", CLONE_NEWUSER)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {user} 1"),
        ("gid_map", f"{NOBODY} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def become_nobody() -> None:
    """Without namespaces (most containers): a real nobody who may still reach a clone under root's home folder."""
    # keeps the capabilities through setresuid, and lets access(2) count them: PostgreSQL looks at itself with it
    libc_call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    bit = 1 << CAP_DAC_OVERRIDE
    header = CapHeader(CAPABILITY_VERSION_3, 0)
    words = (CapWords * 2)(CapWords(bit, bit, bit), CapWords(0, 0, 0))
    libc_call("capset", ctypes.byref(header), ctypes.byref(words))
    libc_call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(signal: int, parent: int) -> None:
    if sys.platform != "linux":
        return
    libc_call("prctl", PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked to be told
        sys.exit(1)


def main() -> None:
    mode, signal, parent = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if mode == "namespace":
        enter_namespace()
    elif mode == "nobody":
        become_nobody()
    # last: the kernel forgets the death signal when a process changes its user
    die_with_parent(signal, parent)
    program = sys.argv[4:]
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
