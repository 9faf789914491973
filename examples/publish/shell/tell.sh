#!/bin/sh
# Tells Prunella that something began, ended or failed. Needs sh, curl, sed and awk. It never fails a pipeline: it always ends with 0.
#
#   tell.sh deployment_started
#   tell.sh deployment_finished success
#   tell.sh step_failed 'deployment "web" exceeded its progress deadline' ProgressDeadlineExceeded
#
#   PRUNELLA_DETECTOR_URL   where the detector is reached; empty: nobody is told
#   PRUNELLA_API_TOKEN      a token of the role reporter, where it wants one
#   PRUNELLA_ENVIRONMENT    what is deployed to; else that of GitLab
#   PRUNELLA_WORKLOAD       what is deployed, as Kind/namespace/name: Deployment/shop/web, Rollout/shop/web
#   PRUNELLA_PIPELINE, PRUNELLA_REPOSITORY, PRUNELLA_RUN, PRUNELLA_ATTEMPT, PRUNELLA_COMMIT, PRUNELLA_BRANCH   else those of GitHub Actions, GitLab, Jenkins
set -u

event=${1:?usage: tell.sh EVENT_TYPE [CONCLUSION | MESSAGE [TYPE]]}
if [ -z "${PRUNELLA_DETECTOR_URL:-}" ]; then
  echo 'prunella: not told, PRUNELLA_DETECTOR_URL is not set'
  exit 0
fi

# What Prunella's webhooks call the same run: a failure that is told here and by a webhook, too, is one.
platform='' pipeline='' repository='' run='' attempt='' commit='' branch='' url='' job=''
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  platform=github repository=$GITHUB_REPOSITORY run=$GITHUB_RUN_ID attempt=${GITHUB_RUN_ATTEMPT:-1} commit=$GITHUB_SHA
  pipeline=${GITHUB_WORKFLOW_REF%%@*} branch=${GITHUB_HEAD_REF:-$GITHUB_REF_NAME}
  url=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID job=$run
elif [ -n "${GITLAB_CI:-}" ]; then
  platform=gitlab pipeline=$CI_PROJECT_PATH repository=$CI_PROJECT_PATH run=$CI_PIPELINE_ID commit=$CI_COMMIT_SHA
  branch=$CI_COMMIT_REF_NAME url=$CI_PIPELINE_URL job=$CI_JOB_ID
elif [ -n "${JENKINS_URL:-}" ]; then
  # The job as in its address, without /job/. Its webhook knows no repository.
  pipeline=$(printf '/%s' "${BUILD_URL#"$JENKINS_URL"}" | sed -e 's#/[0-9]*/*$##' -e 's#/job/#/#g' -e 's#^/*##')
  platform=jenkins run="$pipeline#$BUILD_NUMBER" commit=${GIT_COMMIT:-} branch=${BRANCH_NAME:-} url=$BUILD_URL job=$run
fi
pipeline=${PRUNELLA_PIPELINE:-$pipeline} repository=${PRUNELLA_REPOSITORY:-$repository} run=${PRUNELLA_RUN:-$run}
attempt=${PRUNELLA_ATTEMPT:-$attempt} commit=${PRUNELLA_COMMIT:-$commit} branch=${PRUNELLA_BRANCH:-$branch}
environment=${PRUNELLA_ENVIRONMENT:-${CI_ENVIRONMENT_NAME:-}}

# A deployment is one of its own: the run that made it goes on, and ends in its own way.
case $event in
deploy*)
  run=${job:-$run}
  run=${run:+deploy/$run}
  pipeline=${repository:-$pipeline}/deploy/${environment:-production}
  ;;
esac

# The inside of a JSON string: backslashes and quotes escaped, control characters dropped.
escaped() {
  printf '%s\n' "$1" | tail -c 4000 | tr '\t' ' ' | tr -d '\000-\011\013-\037' |
    sed 's/\\/\\\\/g; s/"/\\"/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

# field NAME VALUE: nothing where it is not known.
field() { [ -z "$2" ] || printf ',"%s":"%s"' "$1" "$(escaped "$2")"; }

body() {
  printf '{"event_type":"%s"' "$(escaped "$event")"
  field pipeline_id "$pipeline"
  field platform "$platform"
  field repository "$repository"
  field run_id "$run"
  [ -z "$attempt" ] || printf ',"attempt":%s' "$attempt"
  field head_sha "$commit"
  field branch "$branch"
  field environment "$environment"
  field url "$url"
  if [ -n "${PRUNELLA_WORKLOAD:-}" ]; then
    name=${PRUNELLA_WORKLOAD#*/}
    printf ',"workload":{"kind":"%s","namespace":"%s","name":"%s"}' \
      "$(escaped "${PRUNELLA_WORKLOAD%%/*}")" "$(escaped "${name%%/*}")" "$(escaped "${name#*/}")"
  fi
  case $event in
  *_started) ;;
  *_finished) field conclusion "${2:-}" ;;
  *) printf ',"error":{"message":"%s"%s}' "$(escaped "${2:-it failed}")" "$(field type "${3:-}")" ;;
  esac
  printf '}'
}

file=$(mktemp) || exit 0
trap 'rm -f "$file"' EXIT
body "$@" >"$file"
# The header is read from a file descriptor: what stands on a command line, others can see.
if [ -n "${PRUNELLA_API_TOKEN:-}" ]; then
  printf 'header = "Authorization: Bearer %s"\n' "$PRUNELLA_API_TOKEN"
fi | curl --silent --show-error --max-time 20 --retry 5 --retry-connrefused --retry-max-time 60 --fail-with-body --config - \
  --header 'Content-Type: application/json' --data-binary "@$file" "${PRUNELLA_DETECTOR_URL%/}/webhook/healing" ||
  echo "prunella: not told of $event" >&2
echo
exit 0
