"""The user's module: fetched to where its image has it, imported from there, or refused with the places that were looked at."""

import importlib
import importlib.util
import os
import shutil
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
from types import ModuleType
from typing import List, Optional

from .settings import Settings

SHOWN = 12


class CodeNotFound(Exception):
    """The user's code is not where the image looks for it; the message says where that is and what is there."""


def submit_directory(settings: Settings) -> str:
    """
    Where the scikit-learn and XGBoost images have a script: what SAGEMAKER_SUBMIT_DIRECTORY names (an archive on S3, a local
    archive or a folder) goes to /opt/ml/code, unless something is there already.
    """
    code_dir = os.path.join(settings.base_dir, "code")
    if os.path.isdir(code_dir) and os.listdir(code_dir):
        return code_dir
    source = settings.submit_directory
    if source is None:
        return code_dir
    if os.path.isdir(source):
        return also_at(code_dir, source)
    if source.startswith("s3://"):
        archive = fetch(source, settings)
        try:
            return unpack(archive, code_dir)
        finally:
            shutil.rmtree(os.path.dirname(archive), ignore_errors=True)
    if not os.path.exists(source):
        raise CodeNotFound(
            "SAGEMAKER_SUBMIT_DIRECTORY is %s, and there is no such file or folder in the container.\n%s"
            % (source, whats_in(settings.model_dir))
        )
    return unpack(source, code_dir)


def also_at(code_dir: str, source: str) -> str:
    """The image copies a folder, and a script may read its files at either place; a link costs nothing, however large it is."""
    try:
        if os.path.isdir(code_dir):
            os.rmdir(code_dir)
        os.symlink(os.path.abspath(source), code_dir)
    except OSError:
        # Outside a container the place may not be ours; the code is as good where it is.
        return source
    return code_dir


def unpack(archive: str, folder: str) -> str:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        folder = tempfile.mkdtemp(prefix="code-")
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            members = [member for member in tar.getmembers() if is_inside(member)]
            tar.extractall(folder, members=members)
    else:
        shutil.copy2(archive, folder)
    return folder


def is_inside(member: tarfile.TarInfo) -> bool:
    """No archive writes outside its folder."""
    paths = [member.name] + ([os.path.join(os.path.dirname(member.name), member.linkname)] if member.issym() else [])
    return not any(os.path.isabs(path) or os.path.normpath(path).startswith("..") for path in paths)


def fetch(uri: str, settings: Settings) -> str:
    """An object on S3, or on whatever AWS_ENDPOINT_URL_S3 says stands for it."""
    bucket, _, key = uri[len("s3://") :].partition("/")
    target = os.path.join(tempfile.mkdtemp(prefix="submit-"), "sourcedir.tar.gz")
    endpoint = (
        settings.env.get("AWS_ENDPOINT_URL_S3")
        or settings.env.get("AWS_ENDPOINT_URL")
        or settings.env.get("S3_ENDPOINT_URL")
    )
    try:
        try:
            import boto3
        except ImportError:
            if endpoint is None:
                raise CodeNotFound("boto3 is not installed here, and AWS_ENDPOINT_URL_S3 names no other way to read S3")
            url = "%s/%s/%s" % (endpoint.rstrip("/"), bucket, urllib.parse.quote(key))
            with urllib.request.urlopen(url, timeout=60) as answered, open(target, "wb") as file:
                shutil.copyfileobj(answered, file)
        else:
            region = settings.env.get("SAGEMAKER_REGION") or settings.env.get("AWS_REGION")
            boto3.client("s3", endpoint_url=endpoint, region_name=region).download_file(bucket, key, target)
    except Exception as cause:
        raise CodeNotFound("SAGEMAKER_SUBMIT_DIRECTORY is %s, which cannot be read: %s" % (uri, cause)) from cause
    return target


def import_module(name: str, folders: List[str], image: str) -> ModuleType:
    """The user's module out of the folders where the image would find it."""
    add_to_path(folders)
    if not exists(name):
        looked = "\n".join(whats_in(folder) for folder in folders)
        raise CodeNotFound("there is no module %s.py where the %s image looks for it:\n%s" % (name, image, looked))
    return importlib.import_module(name)


def exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def add_to_path(folders: List[str]) -> None:
    for folder in reversed(folders):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    # What the user's code starts finds the same modules.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(folders + ([inherited] if inherited else []))
    importlib.invalidate_caches()


def whats_in(folder: Optional[str]) -> str:
    """A line on a folder for someone who wonders why nothing was found in it."""
    if folder is None or not os.path.isdir(folder):
        return "  %s does not exist" % folder
    if os.path.islink(folder):
        folder = os.readlink(folder)
    names = sorted(name + "/" if os.path.isdir(os.path.join(folder, name)) else name for name in os.listdir(folder))
    if not names:
        return "  %s is empty" % folder
    more = " and %d more" % (len(names) - SHOWN) if len(names) > SHOWN else ""
    return "  %s holds %s%s" % (folder, ", ".join(names[:SHOWN]), more)
