#!/bin/sh
# Rolls an image out: roll-out.sh IMAGE. Needs sh and kubectl, with its KUBECONFIG. It waits for a Deployment, and does not roll back: that is Prunella's.
#
#   PRUNELLA_WORKLOAD   Kind/namespace/name: Deployment/shop/web, StatefulSet/..., DaemonSet/..., or Rollout/shop/web of Argo Rollouts
#   CONTAINER           which of its containers (the one that is called as the workload)
#   ROLL_OUT_TIMEOUT    10m
set -eu

image=${1:?usage: roll-out.sh IMAGE}
workload=${PRUNELLA_WORKLOAD:?PRUNELLA_WORKLOAD: expected Kind/namespace/name}
kind=${workload%%/*} rest=${workload#*/}
namespace=${rest%%/*} name=${rest#*/}

case $kind in
Deployment | StatefulSet | DaemonSet)
  kubectl --namespace "$namespace" set image "$kind/$name" "${CONTAINER:-$name}=$image"
  kubectl --namespace "$namespace" rollout status "$kind/$name" --timeout "${ROLL_OUT_TIMEOUT:-10m}"
  ;;
Rollout)
  # kubectl can't set images of custom resources, nor merge their lists by name: the first container. Its canary takes its time, and is judged by its analysis.
  kubectl --namespace "$namespace" patch rollouts.argoproj.io "$name" --type json --patch \
    "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$image\"}]"
  ;;
*)
  echo "PRUNELLA_WORKLOAD: expected Deployment, StatefulSet, DaemonSet or Rollout/namespace/name, found $workload" >&2
  exit 2
  ;;
esac
