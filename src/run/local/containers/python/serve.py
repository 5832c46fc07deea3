"""Serves one container's model as its SageMaker image would; docs/model-host.md says how it is started."""

import os
import sys


def main():
    # Only our own package is imported from here: a user's module may have any of our files' names.
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder] + [path for path in sys.path if os.path.abspath(path or os.curdir) != folder]
    from modelhost.workers import serve

    sys.path.remove(folder)
    return serve()


if __name__ == "__main__":
    sys.exit(main())
