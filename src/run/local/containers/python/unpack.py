"""Unpacks a source archive: unpack.py ARCHIVE FOLDER. Refuses what would reach outside of the folder or fill the disk."""

import os
import shutil
import sys
import tarfile

# Source code is small. A few kilobytes that become gigabytes are no source code.
MOST_BYTES = 10 * 1024**3
MOST_GROWTH = 200
GROWTH_COUNTS_FROM = 256 * 1024**2


def outside(name):
    parts = name.split("/")
    return name.startswith("/") or ".." in parts


def check(member):
    if outside(member.name):
        return "%s would be written outside of its folder" % member.name
    if member.issym() and outside(os.path.normpath(os.path.join(os.path.dirname(member.name), member.linkname))):
        return "%s is a link to %s, outside of its folder" % (member.name, member.linkname)
    if member.islnk() and outside(os.path.normpath(member.linkname)):
        return "%s is a link to %s, outside of its folder" % (member.name, member.linkname)
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        return "%s is neither a file, nor a folder, nor a link" % member.name
    return None


def unpack(archive, folder):
    size, packed = 0, max(os.path.getsize(archive), 1)
    with tarfile.open(archive, "r:*") as tar:
        for member in tar:
            fault = check(member)
            if fault:
                sys.exit(fault)
            size += member.size
            if size > MOST_BYTES or (size > GROWTH_COUNTS_FROM and size > MOST_GROWTH * packed):
                sys.exit("its %d bytes would become more than %d" % (packed, size))
            # Who is root would otherwise give files to whoever packed them.
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            # A folder whose owner may not write could not be filled.
            member.mode = (member.mode & 0o777) | (0o700 if member.isdir() else 0o600)
            through = os.path.realpath(os.path.join(folder, os.path.dirname(member.name)))
            if through != os.path.realpath(folder) and not through.startswith(os.path.realpath(folder) + os.sep):
                sys.exit("%s would be written outside of its folder, through a link" % member.name)
            tar.extract(member, folder)


def main(archive, folder):
    os.makedirs(folder, exist_ok=True)
    try:
        unpack(archive, folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        # Not every submit directory is an archive: a single script is taken as it is, as the images do.
        if isinstance(error, tarfile.ReadError) and archive.endswith((".py", ".sh")):
            shutil.copy2(archive, folder)
            return
        sys.exit("it cannot be unpacked: %s" % str(error).split("\n")[0])


main(*sys.argv[1:])
