{{/* The name of the release's objects, short enough for the longest of our endings. */}}
{{- define "prunella.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* By what pods are found; never changes for a release. Takes { root, component }. */}}
{{- define "prunella.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "prunella.labels" -}}
{{ include "prunella.selector" . }}
app.kubernetes.io/part-of: prunella
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* `metadata` of an object of a component. Takes { root, component, suffix }. */}}
{{- define "prunella.metadata" -}}
name: {{ include "prunella.fullname" .root }}-{{ .suffix | default .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "prunella.labels" . | nindent 2 }}
{{- end -}}

{{- define "prunella.image" -}}
{{- $tag := default .root.Chart.AppVersion .root.Values.image.tag -}}
{{- if eq $tag "latest" }}{{ fail "image.tag: latest says not what runs; name a version" }}{{ end -}}
{{- printf "%s/%s:%s" .root.Values.image.registry .component $tag -}}
{{- end -}}

{{/* The services and where they listen. */}}
{{- define "prunella.services" -}}
auditor: 7100
detector: 7101
diagnoser: 7102
remediator: 7103
{{- end -}}

{{- define "prunella.configMap" -}}
{{- .Values.config.existingConfigMap | default (printf "%s-config" (include "prunella.fullname" .)) -}}
{{- end -}}

{{/* What stands in prunella.yaml. Which namespaces are watched is told once, in `cluster.namespaces`. */}}
{{- define "prunella.policy" -}}
{{- $policy := deepCopy .Values.config.policy -}}
{{- $kubernetes := dict -}}
{{- if .Values.cluster.namespaces }}{{ $_ := set $kubernetes "namespaces" .Values.cluster.namespaces }}{{ end -}}
{{- if $kubernetes }}{{ $policy = mergeOverwrite (dict "kubernetes" $kubernetes) $policy }}{{ end -}}
{{- toYaml $policy -}}
{{- end -}}

{{/* Whether a service talks to the cluster; empty: no. */}}
{{- define "prunella.usesCluster" -}}
{{- if or (and (eq .component "detector") .root.Values.cluster.watch) (and (eq .component "remediator") .root.Values.cluster.heal) }}yes{{ end -}}
{{- end -}}

{{/* The secret with the password of each user of NATS; empty: there are no users of ours. */}}
{{- define "prunella.natsUsersSecret" -}}
{{- $n := .Values.nats -}}
{{- if $n.bundled }}{{ $n.existingSecret }}{{ else if not $n.external.existingSecret }}{{ $n.external.usersSecret }}{{ end -}}
{{- end -}}

{{/* How a user signs in at NATS: the variables whose values are in secrets. Takes { root, user }. */}}
{{- define "prunella.natsSecrets" -}}
{{- $n := .root.Values.nats -}}
{{- $all := dict -}}
{{- with include "prunella.natsUsersSecret" .root }}{{ $_ := set $all "NATS_PASSWORD" (dict "name" . "key" $.user) }}{{ end -}}
{{- if $n.bundled -}}
{{- with $n.tls.existingSecret }}{{ $_ := set $all "NATS_CA" (dict "name" . "key" $n.tls.caKey) }}{{ end -}}
{{- else if $n.external.existingSecret -}}
{{- $_ := set $all "NATS_URL" (dict "name" $n.external.existingSecret "key" $n.external.key) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* The rest of it. Takes { root, user }. */}}
{{- define "prunella.natsEnvironment" -}}
{{- $n := .root.Values.nats -}}
{{- $all := dict "NATS_REPLICAS" (toString (ternary $n.replicas $n.external.replicas $n.bundled)) -}}
{{- if $n.bundled -}}
{{- $scheme := ternary "tls" "nats" (ne $n.tls.existingSecret "") -}}
{{- $_ := set $all "NATS_URL" (printf "%s://%s@%s-nats:4222" $scheme .user (include "prunella.fullname" .root)) -}}
{{- else if not $n.external.existingSecret -}}
{{- $url := required "nats.external: name `url` or `existingSecret`, or use nats.bundled" $n.external.url -}}
{{- if $n.external.usersSecret }}{{ $url = regexReplaceAll "(^|,)\\s*((?:nats|tls)://)?" $url (printf "${1}${2}%s@" .user) }}{{ end -}}
{{- $_ := set $all "NATS_URL" $url -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Variables whose values are in secrets: ours, everybody's, the service's own. */}}
{{- define "prunella.secrets" -}}
{{- $v := .root.Values -}}
{{- $key := ternary $v.api.key (default $v.api.key $v.api.hashKey) (eq .component "auditor") -}}
{{- $all := dict "PRUNELLA_API_TOKEN" (dict "name" $v.api.existingSecret "key" $key) -}}
{{- $all = merge $all (include "prunella.natsSecrets" (dict "root" .root "user" .component) | fromYaml) -}}
{{- if eq .component "auditor" -}}
{{- $_ := set $all "DATABASE_URL" (dict "name" $v.postgres.existingSecret "key" $v.postgres.urlKey) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $all (deepCopy $v.secrets) (deepCopy (index $v .component).secrets)) -}}
{{- end -}}

{{/* The rest of the environment. */}}
{{- define "prunella.environment" -}}
{{- $v := .root.Values -}}
{{- $all := dict "PRUNELLA_HOST" "0.0.0.0" "PRUNELLA_CONFIG" "/etc/prunella/prunella.yaml" "LOG_LEVEL" $v.logLevel -}}
{{- $all = merge $all (include "prunella.natsEnvironment" (dict "root" .root "user" .component) | fromYaml) -}}
{{- if and $v.api.publicUrl (has .component (list "auditor" "remediator")) -}}
{{- $_ := set $all "PRUNELLA_PUBLIC_URL" $v.api.publicUrl -}}
{{- end -}}
{{- if and (eq .component "diagnoser") $v.diagnoser.rulesConfigMap -}}
{{- $_ := set $all "PRUNELLA_RULES_DIR" "/etc/prunella-rules" -}}
{{- end -}}
{{- if not (include "prunella.usesCluster" .) -}}
{{- /* Kubernetes tells every pod where its API is; empty: this service has no cluster. */ -}}
{{- $_ := set $all "KUBERNETES_SERVICE_HOST" "" -}}
{{- end -}}
{{- toYaml (mergeOverwrite $all (deepCopy $v.env) (deepCopy (index $v .component).env)) -}}
{{- end -}}

{{/* For containers of ours and of others: no root, no rights, nothing written but where it is mounted. */}}
{{- define "prunella.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Takes { root, component, user }. */}}
{{- define "prunella.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* The environment and the mounted files of these: variables, and those whose values are in secrets. Takes { secrets, environment }. */}}
{{- define "prunella.variables" -}}
{{- $secrets := .secrets -}}
{{- range $name, $value := .environment }}
{{- if not (hasKey $secrets $name) }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- range $name, $_ := .secrets }}
- name: {{ $name }}_FILE
  value: /run/secrets/prunella/{{ $name }}
{{- end }}
{{- end -}}

{{/* The volume with the files of secrets, each by the name of its variable. */}}
{{- define "prunella.secretsVolume" -}}
name: secrets
projected:
  defaultMode: 0440
  sources:
    {{- range $name, $from := . }}
    - secret:
        name: {{ $from.name }}
        items: [{ key: {{ $from.key }}, path: {{ $name }} }]
    {{- end }}
{{- end -}}

{{/* Where pods may run. */}}
{{- define "prunella.placement" -}}
{{- with .root.Values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "prunella.selector" $ | nindent 8 }}
  {{- end }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
