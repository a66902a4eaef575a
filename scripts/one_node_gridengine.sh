#!/usr/bin/env bash
# A command beside a real Grid Engine of one node, for tests: scripts/one_node_gridengine.sh FOLDER COMMAND...
# Without a command it says by its exit code whether it can (3: it cannot). Needs root and Debian's packages
# gridengine-master, gridengine-exec and gridengine-client. All of it runs in namespaces of its own: nothing is heard
# from outside, no daemon outlives the command, and /etc/hosts and the packages' own cell stay as they are.
set -euo pipefail
if [ $# -eq 0 ]; then
  echo "usage: $0 FOLDER [COMMAND...]" >&2
  exit 2
fi
programs=/usr/lib/gridengine
shared=/usr/share/gridengine
host=node

if [ -z "${GRIDENGINE_FOLDER:-}" ]; then
  for program in sge_qmaster sge_execd qsub; do
    [ -x $programs/$program ] ||
      { echo "$program is not installed (Debian: gridengine-master, gridengine-exec, gridengine-client)" >&2; exit 3; }
  done
  [ "$(id -u)" -eq 0 ] || { echo "a Grid Engine of one's own needs root" >&2; exit 3; }
  apart=(unshare --net --pid --uts --mount --fork --kill-child --mount-proc)
  "${apart[@]}" ip link set lo up || { echo "no namespaces (unshare, ip) for a Grid Engine of one's own" >&2; exit 3; }
  [ $# -gt 1 ] || exit 0
  GRIDENGINE_FOLDER=$(realpath -m "$1")
  export GRIDENGINE_FOLDER
  exec "${apart[@]}" "$0" "$@"
fi

folder=$GRIDENGINE_FOLDER
start=$PWD
shift
common=$folder/one/common
mkdir -p "$common" "$folder"/{spool,execd,qmaster/job_scripts}
# Grid Engine knows a host by one name, which has to be that of its address.
echo "127.0.0.1 $host localhost" > "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts
hostname $host
ip link set lo up
export SGE_ROOT=$folder SGE_CELL=one SGE_QMASTER_PORT=6444 SGE_EXECD_PORT=6445

for name in bin lib utilbin; do ln -s /var/lib/gridengine/$name "$folder/$name"; done
ln -s $shared/util "$folder/util"
echo $host > "$common/act_qmaster"
cat > "$common/bootstrap" <<CONF
admin_user              none
default_domain          none
ignore_fqdn             true
spooling_method         classic
spooling_lib            libspoolc
spooling_params         $common;$folder/spool
binary_path             $programs
qmaster_spool_dir       $folder/qmaster
security_mode           none
listener_threads        2
worker_threads          2
scheduler_threads       1
CONF
# Jobs are root's.
sed -e "s#^execd_spool_dir .*#execd_spool_dir $folder/execd#" -e 's/^min_\([ug]\)id .*/min_\1id 0/' \
  $shared/default-configuration > "$folder/configuration"
cd "$folder"

wait_for() {
  for _ in $(seq 100); do
    "$@" && return
    sleep 0.2
  done
  return 1
}
# A queue whose node has not answered yet has the state `au` at the end of its line.
takes_jobs() { qhost -q | grep ' main .*/2 *$'; }
exec 3>&2
trap 'echo "Grid Engine did not start:" >&3; cat log >&3' EXIT
{
  $programs/spoolinit classic libspoolc "$common;$folder/spool" init
  $programs/spooldefaults configuration "$folder/configuration"
  $programs/spooldefaults complexes $shared/util/resources/centry
  $programs/spooldefaults usersets $shared/util/resources/usersets
  $programs/spooldefaults managers root
  $programs/sge_qmaster
  wait_for qconf -sh
  qconf -ssconf | sed -e 's/^schedule_interval .*/schedule_interval 0:0:1/' \
    -e 's/^flush_\(.*\)_sec .*/flush_\1_sec 1/' > scheduler
  qconf -Msconf scheduler
  qconf -as $host
  $programs/sge_execd
  # The machine may be busy with other things.
  qconf -sq | sed -e 's/^qname .*/qname main/' -e "s/^hostlist .*/hostlist $host/" -e 's/^slots .*/slots 2/' \
    -e 's/^pe_list .*/pe_list NONE/' -e 's/^load_thresholds .*/load_thresholds NONE/' > queue
  qconf -Aq queue
  wait_for takes_jobs
} >log 2>&1
trap - EXIT
exec 3>&-
cd "$start"
"$@"
