"""What a script written for a cluster finds on a cluster of one."""

import pytest
from modelhost.xgboost_one_host import Rabit, rabit_run


def test_the_function_runs_in_place_as_the_master():
    ran = []
    rabit_run(lambda **given: ran.append(given), {"rounds": 3}, True, ["algo-1"], "algo-1", update_rabit_args=True)
    rabit_run(lambda **given: ran.append(given), {"rounds": 4}, True, ["algo-1"], "algo-1")
    assert ran == [{"rounds": 3, "is_master": True}, {"rounds": 4}]


def test_a_host_without_data_ends_well_and_runs_nothing():
    with pytest.raises(SystemExit) as ended:
        rabit_run(lambda: pytest.fail("it ran"), {}, False, ["algo-1"], "algo-1")
    assert ended.value.code == 0


def test_its_cluster_is_itself_and_several_hosts_are_refused():
    with Rabit(["algo-1"], "algo-1") as cluster:
        assert (cluster.is_master, cluster.rank, cluster.current_host) == (True, 0, "algo-1")
        assert cluster.synchronize({"host": "algo-1"}) == [{"host": "algo-1"}]
    with pytest.raises(RuntimeError, match="one host, not on 2: algo-1, algo-2"):
        Rabit(["algo-1", "algo-2"], "algo-1")
    with pytest.raises(ValueError):
        Rabit(["algo-1"], max_connect_attempts=0)
