"""Runs one program as SageMaker would: with a folder as /opt/ml, and with an end to everything it started.

On standard input it is told what to do, as one line of JSON, and from then on the open pipe is its life-line: when whoever
started it is gone, however that happened, the pipe ends and so does everything in here. The lines TERM and KILL end it too.
What becomes of the program is written to file descriptor 3 as one line of JSON. Only the standard library of Python 3.6.
"""

import errno
import json
import os
import select
import signal
import sys

LIFELINE = 0
STATUS = 3

MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x2, 0x4, 0x8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Refused(Exception):
    """This machine does not let us."""


def kernel():
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def checked(result, what):
    import ctypes

    if result != 0:
        raise Refused("%s: %s" % (what, os.strerror(ctypes.get_errno())))


def mount(source, target, kind, flags, options=""):
    done = kernel().mount(source.encode(), os.fsencode(target), kind.encode(), flags, options.encode())
    checked(done, "mount %s" % target)


def unshare(flags):
    checked(kernel().unshare(flags), "unshare")


def control(option, value):
    if sys.platform == "linux":
        kernel().prctl(option, value, 0, 0, 0)


def map_user(inside_user, outside_user, inside_group, outside_group):
    """Writes who we are in the user namespace that we are in, as seen from the one around it."""
    try:
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", "%d %d 1" % (inside_user, outside_user)),
            ("gid_map", "%d %d 1" % (inside_group, outside_group)),
        ):
            with open("/proc/self/" + file, "w") as stream:
                stream.write(text)
    except OSError as error:
        raise Refused("user namespace: %s" % error.strerror)


def mount_job(folder, binds):
    """Lays a new /opt over the old one, with everything that was there, the job's folder as /opt/ml, and others in it."""
    # A descriptor holds what the new /opt hides, and needs no place to bind it to meanwhile.
    job = os.open(folder, os.O_PATH)
    others = [(os.open(source, os.O_PATH), target) for target, source in sorted(binds.items())]
    if os.path.islink("/opt") or not os.path.isdir("/opt"):
        raise Refused("there is no folder /opt")
    old = os.open("/opt", os.O_PATH)
    names = [name for name in os.listdir("/opt") if name != "ml"]
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    mount("tmpfs", "/opt", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    for name in names:
        bring_back(old, name)
    os.mkdir("/opt/ml")
    for source, target in [(job, "/opt/ml")] + others:
        mount("/proc/self/fd/%d" % source, target, "none", MS_BIND | MS_REC)
        os.close(source)
    os.close(old)


def bring_back(old, name):
    target = os.path.join("/opt", name)
    try:
        os.symlink(os.readlink(name, dir_fd=old), target)
        return
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise Refused("%s: %s" % (target, error.strerror))
    child = os.open(name, os.O_PATH, dir_fd=old)
    try:
        source = "/proc/self/fd/%d" % child
        if os.path.isdir(source):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        mount(source, target, "none", MS_BIND | MS_REC)
    finally:
        os.close(child)


def enter(spec):
    """Goes into namespaces of our own; children are in them wholly."""
    user, group = os.getuid(), os.getgid()
    new_user = CLONE_NEWUSER if spec["newUser"] else 0
    unshare(new_user | CLONE_NEWNS | (CLONE_NEWPID if spec["newProcesses"] else 0))
    if spec["newUser"]:
        map_user(0, user, 0, group)
    mount_job(spec["folder"], spec["binds"])
    return user, group


def mount_processes():
    # Processes look themselves up by their own numbers, which the old /proc does not know.
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def say(message):
    try:
        os.write(STATUS, (json.dumps(message) + "\n").encode())
    except OSError:
        pass


def start(spec, identity):
    """Becomes the program."""
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, LIFELINE)
        os.close(null)
        os.close(STATUS)
        os.setsid()
        if identity is not None and identity[0] != 0:
            unshare(CLONE_NEWUSER)
            map_user(identity[0], 0, identity[1], 0)
        control(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Python ignores these two, and what is ignored stays ignored in the program.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.chdir(spec["cwd"])
        os.execvpe(spec["command"][0], spec["command"], spec["environment"])
    except OSError as error:
        text = "cannot start %s: %s\n" % (spec["command"][0], error.strerror)
        os.write(2, text.encode("utf-8", "surrogateescape"))
        # As shells have it: 127 when there is no such program, 126 when it cannot be run.
        os._exit(127 if error.errno == errno.ENOENT else 126)
    except Refused as error:
        os.write(2, ("cannot start: %s\n" % error).encode())
        os._exit(126)


def watch(spec, identity):
    """Starts the program and stays with it until nothing of it is left."""
    control(PR_SET_CHILD_SUBREAPER, 1)
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    program = os.fork()
    if program == 0:
        signal.set_wakeup_fd(-1)
        for reset in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(reset, signal.SIG_DFL)
        start(spec, identity)
    say({"started": True})
    watched = [woken, LIFELINE]
    while True:
        readable = select.select(watched, [], [])[0]
        if LIFELINE in readable:
            order = os.read(LIFELINE, 4096)
            if order == b"" or b"KILL" in order:
                end_all(program)
                if order == b"":
                    watched.remove(LIFELINE)
            elif b"TERM" in order:
                send(-program, signal.SIGTERM)
        if woken in readable:
            os.read(woken, 4096)
            status = reap(program)
            if status is not None:
                end_all(program)
                return status


def reap(program):
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == program:
            found = status


def end_all(program):
    send(-program, signal.SIGKILL)
    if os.getpid() == 1:
        # In a namespace of our own these are all processes but this one, also those that left their parents.
        send(-1, signal.SIGKILL)
        return
    # The orphans of a subreaper become its children: level by level, nothing is left.
    for _ in range(1000):
        children = own_children()
        if not children:
            return
        for child in children:
            send(child, signal.SIGKILL)
            if child != program:
                try:
                    os.waitpid(child, 0)
                except ChildProcessError:
                    pass
        if children == [program]:
            return


def own_children():
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as stream:
            return [int(child) for child in stream.read().split()]
    except OSError:
        return []


def send(pid, which):
    try:
        os.kill(pid, which)
    except OSError:
        pass


def tell_end(status):
    if os.WIFSIGNALED(status):
        say({"signal": signal.Signals(os.WTERMSIG(status)).name})
    else:
        say({"code": os.WEXITSTATUS(status)})


def tidy(spec):
    """Runs what undoes a program whose work goes on elsewhere: in a daemon that does not end with its client."""
    if "afterwards" not in spec:
        return
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            os.execvpe(spec["afterwards"][0], spec["afterwards"], spec["environment"])
        except OSError:
            os._exit(127)
    os.waitpid(child, 0)


def run(spec):
    if not spec["namespace"]:
        status = watch(spec, None)
        tidy(spec)
        tell_end(status)
        return
    identity = enter(spec)
    if not spec["newUser"]:
        identity = None
    if not spec["newProcesses"]:
        tell_end(watch(spec, identity))
        return
    first = os.fork()
    if first == 0:
        # Whoever ends the process that waits for this one ends this one, and the kernel all others with it.
        control(PR_SET_PDEATHSIG, signal.SIGKILL)
        mount_processes()
        tell_end(watch(spec, identity))
        os._exit(0)
    os.close(LIFELINE)
    os.close(STATUS)
    os.waitpid(first, 0)


def probe(folder):
    """The least that we need to have for a namespace here: the first way that works, or why none does."""
    # Root's own rights reach further without a user namespace, where it may have them.
    users = [False, True] if os.getuid() == 0 else [True]
    why = ""
    for new_user in users:
        for new_processes in (True, False):
            spec = {"folder": folder, "binds": {}, "newUser": new_user, "newProcesses": new_processes}
            why = attempt(spec)
            if why == "":
                return {"newUser": new_user, "newProcesses": new_processes}
    return {"refused": why}


def attempt(spec):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            identity = enter(spec)
            pid = os.fork() if spec["newProcesses"] else 0
            if pid == 0:
                if spec["newProcesses"]:
                    mount_processes()
                if spec["newUser"] and identity[0] != 0:
                    unshare(CLONE_NEWUSER)
                    map_user(identity[0], 0, identity[1], 0)
                os.listdir("/opt/ml")
            else:
                os.waitpid(pid, 0)
        except Exception as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    why = os.read(reading, 4096).decode()
    os.close(reading)
    return why


def read_line():
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(LIFELINE, 65536)
        if chunk == b"":
            sys.exit(1)
        line += chunk
    return json.loads(line.decode("utf-8"))


def main():
    spec = read_line()
    try:
        if "probe" in spec:
            say({"refused": "only Linux has namespaces"} if sys.platform != "linux" else probe(spec["probe"]))
        else:
            run(spec)
    except Refused as error:
        say({"refused": str(error)})


main()
