#!/bin/sh
# Asks Prunella what the next run needs. Prints settings where enough is known; otherwise says why not, and leaves everything as it is:
# it never fails a pipeline.
#
#   advise.sh kubernetes                                       KUBERNETES_MEMORY_REQUEST=1536Mi ... a line each
#   advise.sh runner 'ubuntu-latest=16 ubuntu-24-32gb=32'      the first label whose memory (GiB) is enough; without advice the first
#
# PRUNELLA_DETECTOR_URL (empty: nobody is asked), PRUNELLA_API_TOKEN (of the role reporter); PIPELINE_ID and REPOSITORY as in the events, else those of
# GitHub Actions, GitLab and Jenkins; JOB, BRANCH, DIFF_LINES where known.
set -u

url=${PRUNELLA_DETECTOR_URL:-}
pipeline=${PIPELINE_ID:-}
if [ -z "$pipeline" ]; then pipeline=${GITHUB_WORKFLOW_REF:-${CI_PROJECT_PATH:-}}; pipeline=${pipeline%%@*}; fi
if [ -z "$pipeline" ] && [ -n "${BUILD_URL:-}" ]; then
  # Jenkins: the job as in its address, without /job/.
  pipeline=$(printf '/%s' "${BUILD_URL#"${JENKINS_URL:-}"}" | sed -e 's#/[0-9]*/*$##' -e 's#/job/#/#g' -e 's#^/*##')
fi
repository=${REPOSITORY:-${GITHUB_REPOSITORY:-${CI_PROJECT_PATH:-}}}
branch=${BRANCH:-${GITHUB_HEAD_REF:-${GITHUB_REF_NAME:-${CI_COMMIT_REF_NAME:-${BRANCH_NAME:-}}}}}

# The header is read from a file descriptor: what stands on a command line, others can see.
ask() {
  if [ -n "${PRUNELLA_API_TOKEN:-}" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$PRUNELLA_API_TOKEN"
  fi | curl --silent --show-error --max-time 10 --fail --get --config - \
    --data-urlencode "pipeline=$pipeline" --data-urlencode "repository=$repository" --data-urlencode "job=${JOB:-}" \
    --data-urlencode "branch=$branch" ${DIFF_LINES:+--data-urlencode "diff_lines=$DIFF_LINES"} "${url%/}/v1/advice"
}

# The number of a field; nothing where it is not there. The answer is one line.
number() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }

answer='{"reason":"PRUNELLA_DETECTOR_URL is not set"}'
if [ -n "$url" ]; then answer=$(ask) || answer='{"reason":"Prunella does not answer"}'; fi
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
