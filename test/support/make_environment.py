"""Makes a virtual environment once and prints its folder: make_environment.py CACHE NAME [REQUIREMENT ...]

The kernel holds the lock, so that it goes with the process however that ends. The environment is built under a name of its own and
linked to when it is whole: a killed build is never taken for an environment, and the paths inside its scripts stay true.
"""

import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig

TAIL = 15
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VIRTUAL_ENVIRONMENT = os.path.join(ROOT, "src/run/local/containers/python/virtual_environment.py")


def run(*command):
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    )
    if done.returncode != 0:
        shown = " ".join(command)
        last = "\n".join("  " + line for line in done.stdout.strip().splitlines()[-TAIL:])
        sys.exit(f"{shown} ended with {done.returncode}\n{last}")


def build(folder, requirements):
    python = os.path.join(folder, "bin", "python")
    uv = shutil.which("uv")
    if uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, folder)
        # uv reads none of pip's variables: without this a machine's own wheels would be there for pip alone.
        links = [part for link in os.environ.get("PIP_FIND_LINKS", "").split() for part in ("--find-links", link)]
        install = [uv, "pip", "install", "--python", python, *links]
    else:
        run(sys.executable, *([VIRTUAL_ENVIRONMENT] if requirements else ["-m", "venv", "--without-pip"]), folder)
        install = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    if requirements:
        run(*install, "--only-binary", ":all:", *requirements)


def main(cache, name, *wanted):
    requirements = sorted(set(wanted))
    # The interpreter's folder is part of the key: an environment holds a link to it.
    key = "\n".join([sys.version, sys.base_prefix, sysconfig.get_platform(), *requirements])
    link = os.path.join(cache, f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}")
    os.makedirs(cache, exist_ok=True)
    with open(link + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(link, "bin", "python")):
            for leftover in glob.glob(glob.escape(link) + ".build-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            folder = f"{link}.build-{os.getpid()}"
            try:
                build(folder, requirements)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            pointer = folder + ".link"
            os.symlink(os.path.basename(folder), pointer)
            os.replace(pointer, link)
    print(link)


main(*sys.argv[1:])
