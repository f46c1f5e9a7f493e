#!/bin/sh
# Runs one execution and leaves what became of it in files, whatever happens to the agent.
#
#   sh wrapper.sh BOOT_ID SETSID SYNC SLEEP CWD COMMAND [ARGUMENT...]
#
# Started in the execution's directory with the job's environment and a session of its own. Programs of its own come as absolute
# paths, because PATH is the job's; variables have a prefix, because a name that the job's environment has would be changed for the job.
#
#   life     FIFO, open in the wrapper and all that descends from it: it has a writer as long as a process is left
#   claim    "pid start-time boot-id"   whoever creates it may run the job, nobody else ever
#   started  "pid start-time uptime"    of the job, written before the command gets control: without it the command never ran
#   result   "exit-code uptime done"    one write; without the last word it is not there yet

# Not '' (ignored): that would be inherited by the job.
trap : TERM INT HUP

kiroku_wrapper_boot=$1 kiroku_wrapper_setsid=$2 kiroku_wrapper_sync=$3 kiroku_wrapper_sleep=$4 kiroku_wrapper_cwd=$5
shift 5

# Takes /proc/self/stat from its third field on; the start time is field 22.
kiroku_wrapper_take_start() {
  shift 19
  kiroku_wrapper_start=$1
}

# The name of the process (field 2) may hold blanks and parentheses: everything to the last ")" goes.
kiroku_wrapper_look_at_self() {
  read -r kiroku_wrapper_stat </proc/self/stat
  kiroku_wrapper_take_start ${kiroku_wrapper_stat##*) }
}

# Before the claim, so that whoever sees the claim of a living wrapper sees a writer too.
[ -p life ] || exit 76
exec 9<>life

kiroku_wrapper_look_at_self
# O_EXCL: the loser of a race ends at this exec, with status 2.
set -C
exec 8>claim
set +C
printf '%s %s %s\n' "$$" "$kiroku_wrapper_start" "$kiroku_wrapper_boot" >&8 || exit 75
exec 8>&-

# In the foreground, because a shell makes its background jobs ignore SIGINT and SIGQUIT, for them and all below them.
(
  exec </dev/null >>stdout 2>>stderr || exit 75
  kiroku_wrapper_look_at_self
  read -r kiroku_wrapper_uptime kiroku_wrapper_rest </proc/uptime
  printf '%s %s %s\n' "${kiroku_wrapper_stat%% *}" "$kiroku_wrapper_start" "$kiroku_wrapper_uptime" >started || exit 75
  printf s >&9
  cd "$kiroku_wrapper_cwd" || exit 126
  unset OLDPWD
  # Not a group leader, so setsid does not fork: this pid is the job's, its group's and its session's.
  exec "$kiroku_wrapper_setsid" -- "$@"
)
kiroku_wrapper_code=$?

[ -s started ] || exit 75
read -r kiroku_wrapper_uptime kiroku_wrapper_rest </proc/uptime
# On a full disk the result waits here: as long as the wrapper lives, the execution counts as running.
until printf '%s %s done\n' "$kiroku_wrapper_code" "$kiroku_wrapper_uptime" >result; do
  # Somebody removed the directory: there is no place to wait for.
  [ -e claim ] || exit 77
  "$kiroku_wrapper_sleep" 1
done
printf r >&9
# For the case that no agent is there to make it durable in its journal.
"$kiroku_wrapper_sync" stdout stderr result . ..
