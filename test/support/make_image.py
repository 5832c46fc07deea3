"""Writes the root folder of an image to stdout, as tar: the Python that runs this, a shell, and the programs that it is given.

    python3 make_image.py FOLDER | docker import - NAME

Everything comes from this machine, so that no registry is needed. The files of FOLDER become /usr/local/bin.
"""

import io
import os
import re
import subprocess
import sys
import tarfile

PROGRAMS = ["sh", "bash", "env", "chown", "sleep"]
LEFT_OUT = re.compile(r"/(?:test|tests|idlelib|site-packages|dist-packages|__pycache__|ensurepip|tkinter|config-[^/]*)$")


def libraries(path):
    """What the loader brings with a program or a module, as this machine has it."""
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", said)


def main(folder):
    files = {}
    python = os.path.realpath(sys.executable)
    for program in PROGRAMS:
        found = next(os.path.join(place, program) for place in ("/usr/bin", "/bin") if os.path.exists(os.path.join(place, program)))
        files["/usr/bin/" + program] = found
        files["/bin/" + program] = found
    files[python] = python
    files["/usr/bin/python3"] = python
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for lib in {os.path.join(sys.base_prefix, "lib", version), os.path.dirname(os.__file__)}:
        for at, names, found in os.walk(lib):
            names[:] = [name for name in names if not LEFT_OUT.search(os.path.join(at, name))]
            files.update({os.path.join(at, name): os.path.join(at, name) for name in found})
    for name in os.listdir(folder):
        files["/usr/local/bin/" + name] = os.path.join(folder, name)
    for path in list(files.values()):
        if path == python or path.endswith(".so") or os.path.basename(path) in PROGRAMS:
            files.update({library: library for library in libraries(path)})
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for name, mode in (("tmp", 0o1777), ("etc", 0o755)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        passwd = b"root:x:0:0:root:/root:/bin/sh\n"
        entry = tarfile.TarInfo("etc/passwd")
        entry.size = len(passwd)
        tar.addfile(entry, io.BytesIO(passwd))
        for name, path in sorted(files.items()):
            entry = tar.gettarinfo(os.path.realpath(path), name.lstrip("/"))
            entry.uid = entry.gid = 0
            with open(path, "rb") as content:
                tar.addfile(entry, content)


main(sys.argv[1])
