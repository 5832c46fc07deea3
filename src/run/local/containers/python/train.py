"""Runs a training script as SageMaker's training toolkit does: train.py BASE, where BASE is the job's /opt/ml.

The script finds its hyperparameters as arguments and everything there is to know in SM_ variables. When it fails, the
reason stands in BASE/output/failure. Only the standard library of Python 3.6.
"""

import json
import os
import shlex
import subprocess
import sys
import threading

# Hyperparameters that are meant for the toolkit; more of them are told by their prefix.
OWN = ("default_user_module_name", "_tuning_objective_metric")
PREFIX = "sagemaker_"

DISTRIBUTIONS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)

ERROR_TAIL = 200
# SageMaker shows the first 1,024 characters of the reason; its last lines are those that say something.
ERROR_LENGTH = 900


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as stream:
        return json.load(stream)


def read_hyperparameters(base):
    decoded = {}
    for name, value in read_json(base, "input/config/hyperparameters.json").items():
        try:
            decoded[name] = json.loads(value)
        except (ValueError, TypeError):
            decoded[name] = value
    return decoded


def is_own(name):
    return name in OWN or name.startswith(PREFIX)


def as_argument(value):
    if isinstance(value, dict):
        return ",".join("%s=%s" % pair for pair in sorted(value.items()))
    return "" if value is None else str(value)


def as_arguments(hyperparameters):
    arguments = []
    for name in sorted(hyperparameters):
        arguments += [("--" if len(name) > 1 else "-") + name, as_argument(hyperparameters[name])]
    return arguments


def as_variable(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def describe(base):
    """What the toolkit knows of a job, by the names that it gives to it."""
    everything = read_hyperparameters(base)
    resources = read_json(base, "input/config/resourceconfig.json")
    channels = read_json(base, "input/config/inputdataconfig.json")
    own = {name: value for name, value in everything.items() if is_own(name)}
    given = {name: value for name, value in everything.items() if not is_own(name)}
    named = ("program", "submit_directory", "enable_cloudwatch_metrics", "region", "container_log_level", "job_name", "s3_output")
    framework = {
        name: value for name, value in own.items() if name not in OWN and name[len(PREFIX) :] not in named
    }
    program = os.environ.get("SAGEMAKER_PROGRAM") or own.get("sagemaker_program")
    group = resources.get("current_group_name", "homogeneousCluster")
    groups = resources.get("instance_groups", [])
    default = [group] if any(framework.get(name) for name in DISTRIBUTIONS) else []
    distributed = framework.get("sagemaker_distribution_instance_groups", default)
    hosts = resources["hosts"]
    if groups:
        distribution_hosts = [host for each in groups if each["instance_group_name"] in distributed for host in each["hosts"]]
    else:
        distribution_hosts = list(hosts)
    master = (distribution_hosts or hosts)[0]
    data = os.path.join(base, "input/data")
    return {
        "additional_framework_parameters": framework,
        "channel_input_dirs": {name: os.path.join(data, name) for name in channels},
        "current_host": resources["current_host"],
        "current_instance_group": group,
        "current_instance_group_hosts": next((each["hosts"] for each in groups if each["instance_group_name"] == group), []),
        "current_instance_type": resources.get("current_instance_type", "local"),
        "distribution_hosts": distribution_hosts,
        "distribution_instance_groups": distributed,
        "framework_module": os.environ.get("SAGEMAKER_TRAINING_MODULE"),
        "hosts": hosts,
        "hyperparameters": given,
        "input_config_dir": os.path.join(base, "input/config"),
        "input_data_config": channels,
        "input_dir": os.path.join(base, "input"),
        "instance_groups": [each["instance_group_name"] for each in groups],
        "instance_groups_dict": {each["instance_group_name"]: each for each in groups},
        "is_hetero": len(groups) > 1,
        "is_master": resources["current_host"] == master,
        "is_modelparallel_enabled": None,
        "is_smddpmprun_installed": False,
        "is_smddprun_installed": False,
        "job_name": os.environ.get("TRAINING_JOB_NAME"),
        "log_level": own.get("sagemaker_container_log_level", 20),
        "master_hostname": master,
        "model_dir": os.path.join(base, "model"),
        "module_dir": str(own.get("sagemaker_submit_directory", os.path.join(base, "code"))),
        "module_name": program[:-3] if program and program.endswith(".py") else program,
        "network_interface_name": resources.get("network_interface_name", "eth0"),
        "num_cpus": os.cpu_count() or 1,
        "num_gpus": 0,
        "num_neurons": 0,
        "output_data_dir": os.path.join(base, "output/data"),
        "output_dir": os.path.join(base, "output"),
        "output_intermediate_dir": os.path.join(base, "output/intermediate"),
        "resource_config": resources,
        "topology": resources.get("topology", []),
        "user_entry_point": program,
    }


# Under these names the variables differ from the members of SM_TRAINING_ENV.
RENAMED = {"hyperparameters": "hps", "additional_framework_parameters": "framework_params"}
# These are members of SM_TRAINING_ENV and no variables.
MEMBERS_ONLY = (
    "channel_input_dirs",
    "distribution_hosts",
    "is_master",
    "is_modelparallel_enabled",
    "is_smddpmprun_installed",
    "is_smddprun_installed",
    "job_name",
    "master_hostname",
    "topology",
)


def as_variables(known):
    values = {RENAMED.get(name, name): value for name, value in known.items() if name not in MEMBERS_ONLY}
    if known["topology"]:
        values["topology"] = known["topology"]
    values["channels"] = sorted(known["channel_input_dirs"])
    values["training_env"] = known
    values["user_args"] = as_arguments(known["hyperparameters"])
    for name, path in known["channel_input_dirs"].items():
        values["channel_" + name] = path
    for name, value in known["hyperparameters"].items():
        values["hp_" + name] = value
    return {"SM_" + name.upper(): as_variable(value) for name, value in values.items()}


class Failed(Exception):
    """The job has failed; its text is the reason."""


def command_of(program, code, arguments):
    """A package is installed and run as a module, a script is run by Python, anything else by the shell."""
    if not program.endswith(".sh"):
        if "setup.py" in os.listdir(code):
            install(code)
            return [sys.executable, "-m", program[:-3] if program.endswith(".py") else program] + arguments
        if program.endswith(".py"):
            return [sys.executable, program] + arguments
    path = os.path.join(code, program)
    if not os.path.exists(path):
        raise Failed("%s is not among the files of %s: %s" % (program, code, ", ".join(sorted(os.listdir(code))) or "none"))
    os.chmod(path, 0o777)
    return ["/bin/sh", "-c", " ".join(shlex.quote(word) for word in ["./" + program] + arguments)]


def install(code):
    command = [sys.executable, "-m", "pip", "install", "."]
    if os.path.exists(os.path.join(code, "requirements.txt")):
        command += ["-r", "requirements.txt"]
    status, errors = run(command, code)
    if status != 0:
        raise Failed(reason("InstallModuleError", status, errors, command))


def run(command, folder):
    """Runs a command; what it says on stderr goes on to ours and its end is kept."""
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
    tail = []

    def pass_on():
        for line in iter(process.stderr.readline, b""):
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            tail.append(line)
            del tail[:-ERROR_TAIL]

    reader = threading.Thread(target=pass_on, daemon=True)
    reader.start()
    status = process.wait()
    # A process that was left behind may hold the stream open.
    reader.join(5)
    return status, b"".join(tail).decode("utf-8", "replace")


def reason(kind, status, errors, command):
    lines = ["%s:" % kind, "ExitCode %d" % status, 'ErrorMessage "%s"' % errors.strip()[-ERROR_LENGTH:]]
    if status in (-9, 137):
        lines.append('ExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"')
    return "\n".join(lines + ['Command "%s"' % " ".join(command)])


def image_packages(framework):
    """Packages that an image has beside its framework, for a script that imports what it serves with; installed ones come first."""
    own = {"sagemaker_sklearn_container": [""], "sagemaker_xgboost_container": ["", "-xgboost"]}
    beside = os.path.dirname(os.path.abspath(__file__))
    return [os.path.join(beside, "image-packages" + name) for name in own.get((framework or "").split(".")[0], [])]


def train(base):
    code = os.path.join(base, "code")
    known = describe(base)
    if not known["user_entry_point"]:
        raise Failed("no hyperparameter sagemaker_program says which file of the code is run")
    os.environ.update(as_variables(known))
    region = read_hyperparameters(base).get("sagemaker_region") or os.environ.get("AWS_REGION") or ""
    os.environ.update(CURRENT_HOST=known["current_host"], SAGEMAKER_REGION=region, SAGEMAKER_JOB_NAME="")
    paths = [path for path in sys.path[1:] if path != code]
    os.environ["PYTHONPATH"] = ":".join([code] + paths + image_packages(known["framework_module"]))
    command = command_of(known["user_entry_point"], code, as_arguments(known["hyperparameters"]))
    sys.stdout.flush()
    status, errors = run(command, code)
    if status != 0:
        raise Failed(reason("ExecuteUserScriptError", status, errors, command))


def main(base):
    os.makedirs(os.path.join(base, "code"), exist_ok=True)
    try:
        train(base)
    except Failed as failure:
        path = os.path.join(base, "output/failure")
        # A script's own words come first.
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(str(failure))
        sys.stderr.write("%s\n" % failure)
        return 1
    with open(os.path.join(base, "output/success"), "w"):
        pass
    return 0


sys.exit(main(*sys.argv[1:]))
