"""The XGBoost image's distributed training (distributed.py), which a script may go through for a single host too."""

import logging
import sys
from typing import Any, Callable, Dict, List, Optional

log = logging.getLogger("sagemaker_xgboost_container")

FIRST_PORT = 9099


def rabit_run(
    exec_fun: Callable[..., Any],
    args: Dict[str, Any],
    include_in_training: bool,
    hosts: List[str],
    current_host: str,
    first_port: Optional[int] = None,
    second_port: Optional[int] = None,
    max_connect_attempts: Optional[int] = None,
    connect_retry_timeout: int = 10,
    update_rabit_args: bool = False,
) -> None:
    """Runs the function where it stands; a host without data ends well, and without a model."""
    with Rabit(hosts, current_host, port=first_port, max_connect_attempts=max_connect_attempts):
        pass
    if not include_in_training:
        log.warning("Host %s not being used for distributed training.", current_host)
        sys.exit(0)
    if update_rabit_args:
        args.update(is_master=True)
    exec_fun(**args)


class RabitHelper:
    """What a script learns of its cluster: that it is the whole of it."""

    def __init__(self, is_master: bool, current_host: str, master_port: int) -> None:
        self.is_master = is_master
        self.current_host = current_host
        self.master_port = master_port
        self.rank = 0
        self.world_size = 1

    def synchronize(self, data: Any) -> List[Any]:
        return [data]


class Rabit:
    """A cluster of one host, entered with `with`."""

    def __init__(
        self,
        hosts: List[str],
        current_host: Optional[str] = None,
        master_host: Optional[str] = None,
        port: Optional[int] = None,
        max_connect_attempts: Optional[int] = None,
        connect_retry_timeout: int = 3,
    ) -> None:
        if len(hosts) != 1:
            raise RuntimeError("this machine trains on one host, not on %d: %s" % (len(hosts), ", ".join(hosts)))
        if max_connect_attempts is not None and max_connect_attempts <= 0:
            raise ValueError("max_connect_attempts must be None or an integer greater than 0.")
        self.current_host = current_host or "127.0.0.1"
        self.port = FIRST_PORT if port is None else port

    def start(self) -> RabitHelper:
        return RabitHelper(True, self.current_host, self.port)

    def stop(self) -> None:
        """Nothing was started."""

    def __enter__(self) -> RabitHelper:
        return self.start()

    def __exit__(self, *_: Any) -> None:
        self.stop()


def wait_hostname_resolution(sm_hosts: Any = ()) -> None:
    """The one host need not find itself."""
