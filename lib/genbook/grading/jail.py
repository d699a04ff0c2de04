"""Start a command with limits and, where the platform allows, without network and with a private view of the files.

Run by its path, with the standard library only: `python -I jail.py SETTINGS COMMAND ...`. Before the command
starts, one line of JSON on the descriptor `report` says which protections hold. On Linux they are namespaces (mount,
network, processes): the view holds the interpreter, the system's libraries and the package, read-only, and an empty
/tmp in memory; as root the command becomes an unprivileged user. Where namespaces are refused, the limits remain and
the line says so.
"""

import ctypes
import json
import os
import signal
import sys

try:
    import resource
except ImportError:  # Windows, where nothing is started
    resource = None

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
BIND, REC, PRIVATE, RDONLY, REMOUNT, NOSUID, NODEV = 4096, 16384, 1 << 18, 1, 32, 2, 4
PDEATHSIG, NO_NEW_PRIVS = 1, 38
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def call(name: str, *args: object) -> None:
    """Call the C library; raise OSError where it fails."""
    if getattr(LIBC, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """The system call of the same name."""
    call("mount", *(x.encode() if x is not None else None for x in (source, target, kind)), ctypes.c_ulong(flags),
         data.encode() if data else None)  # fmt: skip


def bind(path: str, root: str) -> None:
    """Show a path of the system read-only at the same place under `root`."""
    target = root + path
    if os.path.islink(path):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w"):
            pass
    mount(path, target, None, BIND | REC)
    if not path.startswith("/dev/"):
        mount("none", target, None, BIND | REMOUNT | RDONLY | NOSUID | NODEV)


def view(settings: dict) -> None:
    """Leave the process with a root of its own that holds what a computation needs, and nothing else."""
    mount("none", "/", None, REC | PRIVATE)
    root = settings["root"]  # an empty folder; what is mounted there is seen by this process only
    mount("tmpfs", root, "tmpfs", NOSUID, f"size={settings['disk']},mode=755")
    for path in [*SYSTEM, *DEVICES, *settings["read"]]:
        if os.path.lexists(path):
            bind(path, root)
    for folder, mode in (("/tmp", 0o1777), ("/dev/shm", 0o1777), ("/proc", 0o755), ("/old", 0o700)):
        os.makedirs(root + folder, exist_ok=True)
        os.chmod(root + folder, mode)
    os.symlink("/proc/self/fd", root + "/dev/fd")
    mount("proc", root + "/proc", "proc", NOSUID | NODEV)
    os.chdir(root)
    if LIBC.syscall(_pivot(), b".", b"old") != 0:
        raise OSError(ctypes.get_errno(), "pivot_root")
    os.chdir("/tmp")
    call("umount2", b"/old", 2)
    os.rmdir("/old")  # nothing of the old tree can be reached from here on


def _pivot() -> int:
    return {"x86_64": 155, "aarch64": 41}[os.uname().machine]


def namespaces(settings: dict) -> None:
    """Enter namespaces of its own; the next child is process 1 of the new one, and all end with it."""
    user, group = os.getuid(), os.getgid()
    flags = NEWNS | NEWUTS | NEWIPC | NEWPID | NEWNET
    if user:
        call("unshare", NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"65534 {user} 1"), ("gid_map", f"65534 {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    call("unshare", flags)
    settings["private"] = True


def limits(settings: dict) -> list[str]:
    """Set the limits of the operating system; return what holds."""
    held = []
    for name, value in (("AS", "memory"), ("CPU", "cpu"), ("FSIZE", "file"), ("NPROC", "processes"), ("CORE", None)):
        size = settings[value] if value else 0
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (size, size))
            held += [f"{value} at most {size}"] if value else []
        except (AttributeError, ValueError, OSError):
            held += [f"NO limit on {value}"] if value else []
    return held


def unprivileged(settings: dict) -> None:
    """As root, become a user that owns nothing; for everybody, no program gives privileges back."""
    if LIBC is not None:
        LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(settings["user"])
        os.setuid(settings["user"])
    if LIBC is not None:
        LIBC.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user has cleared it


def guard(child: int) -> None:
    """Wait for the child; end it when this process is asked to end, or when the judge is gone."""
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def inside(settings: dict, command: list[str]) -> None:
    """The child: build the view, set the limits, report, and become the command."""
    held = []
    if settings["private"]:
        view(settings)
        held += ["private view of the files", "no network", "processes of its own"]
    else:
        held += [f"NO private view of the files, NO separate network ({settings['refused']})"]
    if os.getuid() == 0:
        held.append("unprivileged user")
    held += limits(settings)
    unprivileged(settings)
    os.write(settings["report"], (json.dumps(held) + "\n").encode())
    os.execve(command[0], command, settings["environment"])


def main() -> None:
    """Read the settings, enter the namespaces, fork, and guard the child."""
    settings, command = json.loads(sys.argv[1]), sys.argv[2:]
    settings["private"] = False
    if LIBC is not None:
        LIBC.prctl(PDEATHSIG, signal.SIGTERM, 0, 0, 0)  # see `guard`
    try:
        namespaces(settings)
    except (OSError, AttributeError, TypeError) as error:
        settings["refused"] = str(error)
    child = os.fork()
    if child:
        guard(child)
    if LIBC is not None:
        LIBC.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    try:
        inside(settings, command)
    except BaseException as error:
        os.write(settings["report"], (json.dumps(f"the sandbox failed: {error}") + "\n").encode())
    os._exit(1)


if __name__ == "__main__":
    main()
