#!/bin/sh
# Asks Prunella what the next run needs. Prints settings where enough is known; otherwise says why not, and leaves everything as it is:
# it never fails a pipeline.
#
#   advise.sh kubernetes                                       KUBERNETES_MEMORY_REQUEST=1536Mi ... a line each
#   advise.sh runner 'ubuntu-latest=16 ubuntu-24-32gb=32'      the first label whose memory (GiB) is enough; without advice the first
#
# PRUNELLA_DETECTOR, PRUNELLA_API_TOKEN; PIPELINE_ID and REPOSITORY as in the events; JOB, BRANCH, DIFF_LINES where known.
set -u

ask() {
  curl --silent --show-error --max-time 10 --fail --get -H "Authorization: Bearer ${PRUNELLA_API_TOKEN:-}" \
    --data-urlencode "pipeline=$PIPELINE_ID" --data-urlencode "repository=${REPOSITORY:-}" --data-urlencode "job=${JOB:-}" \
    --data-urlencode "branch=${BRANCH:-}" ${DIFF_LINES:+--data-urlencode "diff_lines=$DIFF_LINES"} \
    "${PRUNELLA_DETECTOR:-http://127.0.0.1:7101}/v1/advice"
}

# The number of a field; nothing where it is not there. The answer is one line.
number() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }

answer=$(ask) || answer='{"reason":"Prunella does not answer"}'
printf '%s\n' "$answer" | sed -n 's/.*"reason":"\([^"]*\)".*/prunella: \1/p' >&2
request=$(number requestBytes) limit=$(number limitBytes) cores=$(number requestCores)

case ${1:-} in
kubernetes)
  [ -z "$request" ] || echo "KUBERNETES_MEMORY_REQUEST=$((request / 1048576))Mi"
  [ -z "$limit" ] || echo "KUBERNETES_MEMORY_LIMIT=$((limit / 1048576))Mi"
  [ -z "$cores" ] || echo "KUBERNETES_CPU_REQUEST=$cores"
  ;;
runner)
  label=
  for choice in $2; do
    # Where none is enough it is the last, the largest.
    [ -n "$label" ] && [ -z "$limit" ] && break
    label=${choice%=*}
    [ -n "$limit" ] && [ "$limit" -le $((${choice#*=} * 1073741824)) ] && break
  done
  echo "$label"
  ;;
*)
  echo "usage: advise.sh kubernetes | advise.sh runner 'LABEL=GIB ...'" >&2
  exit 2
  ;;
esac
