#!/bin/sh
# Asks Prunella whether this run should start. Needs sh, curl and sed.
#
#   PRUNELLA_DETECTOR_URL   where the detector is reached; empty: the run goes
#   PRUNELLA_API_TOKEN      its token, where it has one
#   PREFLIGHT_PIPELINE      else the workflow of GitHub Actions, the project of GitLab, the job of Jenkins
#   PREFLIGHT_REPOSITORY, PREFLIGHT_BRANCH, PREFLIGHT_ENVIRONMENT   else those of GitHub Actions and GitLab
#   PREFLIGHT_WAIT          seconds to wait for what is not there (0)
#   PREFLIGHT_FAIL_OPEN     1: the run goes when nobody answers, and where it has no token to ask with, as those of forks (0)
#   PREFLIGHT_DOTENV        a file for PREFLIGHT_ANSWER and PREFLIGHT_SKIP, as GitLab's dotenv reports are
#
# Ends with 0: go, or leave out what it names; 1: wait; 2: it was asked wrongly; 3: nobody answers.
set -u

pipeline=${PREFLIGHT_PIPELINE:-}
if [ -z "$pipeline" ]; then pipeline=${GITHUB_WORKFLOW_REF:-${CI_PROJECT_PATH:-}}; pipeline=${pipeline%%@*}; fi
if [ -z "$pipeline" ] && [ -n "${BUILD_URL:-}" ]; then
  # Jenkins: the job as in its address, without /job/.
  pipeline=$(printf '/%s' "${BUILD_URL#"${JENKINS_URL:-}"}" | sed -e 's#/[0-9]*/*$##' -e 's#/job/#/#g' -e 's#^/*##')
fi
repository=${PREFLIGHT_REPOSITORY:-${GITHUB_REPOSITORY:-${CI_PROJECT_PATH:-}}}
branch=${PREFLIGHT_BRANCH:-${GITHUB_HEAD_REF:-${GITHUB_REF_NAME:-${CI_COMMIT_REF_NAME:-${BRANCH_NAME:-}}}}}
environment=${PREFLIGHT_ENVIRONMENT:-${CI_ENVIRONMENT_NAME:-}}

# finish ANSWER SKIPPED: for later steps. SKIPPED is a JSON array.
finish() {
  echo "preflight: $1"
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf 'answer=%s\nskip-steps=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
  fi
  if [ -n "${PREFLIGHT_DOTENV:-}" ]; then
    printf 'PREFLIGHT_ANSWER=%s\nPREFLIGHT_SKIP=%s\n' "$1" "$(echo "$2" | sed 's/[]["]//g')" >"$PREFLIGHT_DOTENV"
  fi
  if [ "$1" = wait ]; then exit 1; fi
  exit 0
}

# The header is read from a file descriptor: what stands on a command line, others can see.
ask() {
  if [ -n "${PRUNELLA_API_TOKEN:-}" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$PRUNELLA_API_TOKEN"
  fi | curl -sS -m 10 -K - -G -w '\n%{http_code}' \
    --data-urlencode "pipeline=$pipeline" --data-urlencode "repository=$repository" \
    --data-urlencode "branch=$branch" --data-urlencode "environment=$environment" \
    "${PRUNELLA_DETECTOR_URL%/}/v1/preflight"
}

if [ -z "${PRUNELLA_DETECTOR_URL:-}" ]; then
  echo 'preflight: PRUNELLA_DETECTOR_URL is not set'
  finish go '[]'
fi

now=$(date +%s)
deadline=$((now + ${PREFLIGHT_WAIT:-0}))
heard=$now
while :; do
  reply=$(ask)
  status=$(printf '%s\n' "$reply" | sed -n '$p')
  body=$(printf '%s\n' "$reply" | sed '$d')
  answer=$(printf '%s\n' "$body" | sed -n 's/^{"answer":"\([a-z-]*\)".*/\1/p')
  now=$(date +%s)
  pause=2
  case "$status:$answer" in
    200:go) finish go '[]' ;;
    200:skip-steps) finish skip-steps "$(printf '%s\n' "$body" | sed -n 's/.*"skipSteps":\(\[[^]]*\]\).*/\1/p')" ;;
    200:wait)
      heard=$now
      printf '%s\n' "$body" | sed -n 's/^{"answer":"wait","reasons":\(\[.*\]\),"dependencies":.*/preflight: \1/p'
      if [ "$now" -ge "$deadline" ]; then finish wait '[]'; fi
      pause=$(printf '%s\n' "$body" | sed -n 's/.*"retryAfterSeconds":\([0-9]*\).*/\1/p')
      ;;
    401:*)
      # Runs of forks see no secrets: that is no mistake of theirs.
      if [ -z "${PRUNELLA_API_TOKEN:-}" ] && [ "${PREFLIGHT_FAIL_OPEN:-0}" = 1 ]; then
        echo 'preflight: it has no PRUNELLA_API_TOKEN, so it is not asked'
        finish go '[]'
      fi
      echo "preflight: HTTP $status $body" >&2
      exit 2
      ;;
    40[034]:*)
      echo "preflight: HTTP $status $body" >&2
      exit 2
      ;;
    *)
      echo "preflight: nobody answers (HTTP $status)" >&2
      if [ "$now" -ge "$deadline" ] || [ $((now - heard)) -gt 30 ]; then
        if [ "${PREFLIGHT_FAIL_OPEN:-0}" = 1 ]; then finish go '[]'; fi
        exit 3
      fi
      ;;
  esac
  left=$((deadline - now))
  if [ "${pause:-0}" -lt 1 ]; then pause=1; fi
  if [ "$pause" -gt "$left" ]; then pause=$left; fi
  if [ "$pause" -lt 1 ]; then pause=1; fi
  sleep "$pause"
done
