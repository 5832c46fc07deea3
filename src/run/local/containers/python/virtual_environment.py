"""Makes a virtual environment with the pip that its Python brings: virtual_environment.py FOLDER.

`python -m venv` lets that pip install itself, which compiles all of it before it is used and takes seconds. Here it is
unpacked, and compiled as far as it is used. Only the standard library of Python 3.6.
"""

import ensurepip
import glob
import os
import shlex
import sys
import sysconfig
import venv
import zipfile

# It is sh and Python at once: a first line with a path in it ends at a space and after 127 bytes.
PROGRAM = """#!/bin/sh
'''exec' %s "$0" "$@"
' '''
import runpy
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def bundled_wheels():
    """The wheels that Python's own installer would take, or None where they do not lie as they should."""
    beside = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
    # https://docs.python.org/3/using/configure.html#cmdoption-with-wheel-pkg-dir
    folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or beside
    # https://docs.python.org/3/whatsnew/3.12.html#ensurepip: setuptools is brought by older ones alone.
    names = ("pip", "setuptools") if sys.version_info < (3, 12) else ("pip",)
    found = [glob.glob(os.path.join(glob.escape(folder), name + "-*.whl")) for name in names]
    return [each[0] for each in found] if all(len(each) == 1 for each in found) else None


def main(folder):
    wheels = bundled_wheels()
    venv.EnvBuilder(symlinks=True, with_pip=wheels is None).create(folder)
    if wheels is None:
        return
    minor = "%d.%d" % sys.version_info[:2]
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as files:
            files.extractall(os.path.join(folder, "lib", "python" + minor, "site-packages"))
    programs = os.path.join(os.path.abspath(folder), "bin")
    for name in ("pip", "pip3", "pip" + minor):
        path = os.path.join(programs, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(PROGRAM % shlex.quote(os.path.join(programs, "python")))
        os.chmod(path, 0o755)


main(sys.argv[1])
