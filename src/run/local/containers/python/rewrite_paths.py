"""Lets programs find their /opt/ml elsewhere, where it cannot be mounted.

rewrite_paths.py apply FOLDER PLACE KEEP: in FOLDER, literal /opt/ml in programs and settings becomes PLACE; KEEP takes what
was there. rewrite_paths.py restore KEEP: puts it back. Data is never touched. Only the standard library of Python 3.6.
"""

import io
import json
import os
import re
import shutil
import sys
import tarfile

# Whole folders of programs and settings; anywhere else only what is a program by its name.
OF_PROGRAMS = ("code", "processing/input/code", "processing/input/entrypoint", "config", "input/config")
PROGRAMS = (".py", ".sh")
ARCHIVES = (".tar.gz", ".tgz")
LARGEST = 1 << 20

# Not the end of a longer path (s3://bucket/opt/ml), nor the start of another name (/opt/mlflow).
LITERAL = re.compile(r"(?<![\w.~/-])/opt/ml(?![\w.-])")


def rewritten(data, place):
    """The bytes of a text with its paths changed, or None where there is nothing to change."""
    if len(data) > LARGEST or b"\0" in data or b"/opt/ml" not in data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    changed = LITERAL.sub(lambda _: place, text)
    return changed.encode("utf-8") if changed != text else None


def rewritten_archive(path, place):
    output, changed = io.BytesIO(), False
    try:
        with tarfile.open(path, "r:gz") as old, tarfile.open(fileobj=output, mode="w:gz", compresslevel=1) as new:
            for member in old:
                data = old.extractfile(member).read() if member.isfile() else None
                better = rewritten(data, place) if data is not None else None
                if better is not None:
                    data, changed = better, True
                    member.size = len(data)
                new.addfile(member, io.BytesIO(data) if data is not None else None)
    except (tarfile.TarError, EOFError, OSError):
        # What is broken stays so, for the job to stumble over as it would in its container.
        return None
    return output.getvalue() if changed else None


def candidates(folder):
    for root, folders, files in os.walk(folder):
        folders.sort()
        below = os.path.relpath(root, folder)
        is_programs = any(below == each or below.startswith(each + "/") for each in OF_PROGRAMS)
        for name in sorted(files):
            if is_programs or name.endswith(PROGRAMS):
                yield os.path.join(root, name), is_programs


def apply(folder, place, keep):
    os.makedirs(keep)
    kept = []
    for path, is_programs in candidates(folder):
        if is_programs and path.endswith(ARCHIVES):
            data = rewritten_archive(path, place)
        elif os.path.getsize(path) <= LARGEST:
            with open(path, "rb") as stream:
                data = rewritten(stream.read(), place)
        else:
            data = None
        if data is None:
            continue
        # A new file in the old one's place: the old one may have another name elsewhere, in a store.
        beside = path + ".rewritten"
        with open(beside, "wb") as stream:
            stream.write(data)
        shutil.copymode(path, beside)
        original = os.path.join(keep, str(len(kept)))
        shutil.move(path, original)
        os.rename(beside, path)
        stats = os.stat(path)
        kept.append({"path": path, "original": original, "size": stats.st_size, "time": stats.st_mtime_ns})
    with open(os.path.join(keep, "kept.json"), "w") as stream:
        json.dump(kept, stream)


def restore(keep):
    with open(os.path.join(keep, "kept.json")) as stream:
        kept = json.load(stream)
    for each in kept:
        try:
            stats = os.stat(each["path"])
        except OSError:
            continue
        # What the job itself has written since is its own.
        if (stats.st_size, stats.st_mtime_ns) == (each["size"], each["time"]):
            os.remove(each["path"])
            shutil.move(each["original"], each["path"])


if sys.argv[1] == "apply":
    apply(*sys.argv[2:])
else:
    restore(*sys.argv[2:])
