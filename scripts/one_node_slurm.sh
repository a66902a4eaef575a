#!/usr/bin/env bash
# A real Slurm of one node on this machine, for tests: scripts/one_node_slurm.sh start|restart-node|stop FOLDER.
# `start` prints the SLURM_CONF to export. Needs root and Debian's packages slurm-wlm and munge; listens on
# 127.0.0.1 alone, and leaves /etc/slurm as it is.
set -euo pipefail
if [ $# -ne 2 ]; then
  echo "usage: $0 start|restart-node|stop FOLDER" >&2
  exit 2
fi
folder=$(realpath -m "$2")
conf=$folder/slurm.conf
export SLURM_CONF=$conf
end() { [ ! -f "$folder/$1.pid" ] || kill "$(cat "$folder/$1.pid")" 2>/dev/null || true; }
is_idle() { sinfo --noheader --format=%T 2>/dev/null | grep -Eq 'idle|mixed|allocated'; }
case $1 in
start) ;;
restart-node)
  end slurmd
  for _ in $(seq 50); do pgrep -F "$folder/slurmd.pid" >/dev/null 2>&1 || break; sleep 0.1; done
  slurmd -f "$conf"
  exit 0
  ;;
stop)
  end slurmd
  end slurmctld
  [ ! -f "$folder/munged.started" ] || kill "$(cat /run/munge/munged.pid)" || true
  exit 0
  ;;
*) exec "$0" ;;
esac

for program in slurmctld slurmd munged; do
  command -v $program >/dev/null || { echo "$program is not installed (Debian: slurm-wlm, munge)" >&2; exit 3; }
done
[ "$(id -u)" -eq 0 ] || { echo "a Slurm of one's own needs root" >&2; exit 3; }
host=$(hostname -s)
mkdir -p "$folder"/{state,spool,log} /run/munge
cat > "$conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
KillWait=5
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
if ! munge -n >/dev/null 2>&1; then
  chown munge:munge /run/munge /var/log/munge /var/lib/munge
  runuser -u munge -- /usr/sbin/munged --pid-file=/run/munge/munged.pid
  touch "$folder/munged.started"
  sleep 1
fi
slurmctld -f "$conf"
slurmd -f "$conf"
for _ in $(seq 100); do
  is_idle && { echo "$conf"; exit 0; }
  sleep 0.2
done
echo "the node did not become idle; $folder/log says why" >&2
exit 1
