"""A Slurm cluster of one node on loopback, as root: slurmctld, slurmd and munged from Debian."""

import os
import pathlib
import socket
import subprocess
import time

from harness import HANG

CONFIGURATION = """
ClusterName=shoal
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmctldPort={control}
SlurmdPort={node}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=10 State=UP
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Slurm:
    """The cluster, while it is entered."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.environment = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf")}
        self.processes = []

    def __enter__(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)
        control, node = free_ports(2)
        host = socket.gethostname().split(".")[0]
        text = CONFIGURATION.format(folder=self.folder, host=host, control=control, node=node)
        (self.folder / "slurm.conf").write_text(text)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        names = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid"}
        names |= {"log-file": "munge.log", "seed-file": "munge.seed"}
        options = [f"--{option}={self.folder / name}" for option, name in names.items()]
        try:
            self.start("munged", "--foreground", "--force", *options)
            self.start("slurmctld", "-D", "-i")
            self.start("slurmd", "-D", "-N", host)
            self.wait_until(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T").stdout)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, *command):
        log = open(self.folder / f"{command[0]}.out", "wb")  # noqa: SIM115
        self.processes.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))

    def run(self, *command, **more):
        return subprocess.run(
            command, env=self.environment, check=False, capture_output=True, text=True, timeout=HANG, **more
        )

    def wait_until(self, condition):
        """Slurm has no event to wait for: asks until it is so."""
        until = time.monotonic() + HANG
        while not condition():
            assert time.monotonic() < until, self.logs()
            assert all(process.poll() is None for process in self.processes), self.logs()
            time.sleep(0.2)

    def logs(self):
        files = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-1500:]}" for file in files)

    def batch(self, script, *options):
        """Submits a job, waits for all of its tasks, and returns sbatch's exit status: the highest of theirs."""
        path = self.folder / "job.sh"
        path.write_text(script)
        done = self.run("sbatch", "--wait", f"--output={self.folder}/job-%a.log", *options, str(path), cwd=self.folder)
        return done.returncode
