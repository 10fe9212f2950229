{{/* The chart's name, or its replacement. */}}
{{- define "podmedic.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the objects. 52: a CronJob's name may have no more. */}}
{{- define "podmedic.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "podmedic.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of cluster-wide objects: releases in two namespaces may have the same name. */}}
{{- define "podmedic.clusterName" -}}
{{- printf "%s-%s" (include "podmedic.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "podmedic.selectorLabels" -}}
app.kubernetes.io/name: {{ include "podmedic.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "podmedic.labels" -}}
{{ include "podmedic.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "podmedic.serviceAccountName" -}}
{{- $account := default (dict) .Values.serviceAccount -}}
{{- if eq "false" (toString (dig "create" true $account)) -}}
{{- default "default" $account.name -}}
{{- else -}}
{{- default (include "podmedic.fullname" .) $account.name -}}
{{- end -}}
{{- end -}}

{{- define "podmedic.image" -}}
{{- $image := default (dict) .Values.image -}}
{{- $repository := default "ghcr.io/podmedic/podmedic" $image.repository -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* A value as text. Numbers of a values file arrive as floats, and 2000000 must not become 2e+06. */}}
{{- define "podmedic.text" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* A list of names, given as a list or as a comma-separated string, as a comma-separated string. */}}
{{- define "podmedic.nameList" -}}
{{- $items := list -}}
{{- if kindIs "slice" . -}}
{{- $items = . -}}
{{- else if . -}}
{{- $items = splitList "," (toString .) -}}
{{- end -}}
{{- $names := list -}}
{{- range $items -}}
{{- with trim (toString .) }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
{{- join "," (uniq $names) -}}
{{- end -}}

{{- define "podmedic.watchNamespaces" -}}
{{- $monitoring := default (dict) .Values.monitoring -}}
{{- include "podmedic.nameList" (dig "watchNamespaces" "*" $monitoring) -}}
{{- end -}}

{{- define "podmedic.excludeNamespaces" -}}
{{- $monitoring := default (dict) .Values.monitoring -}}
{{- include "podmedic.nameList" (dig "excludeNamespaces" "kube-system,kube-public,kube-node-lease" $monitoring) -}}
{{- end -}}

{{/* For namespaced scope: the watched namespaces without the excluded ones, comma-separated. */}}
{{- define "podmedic.roleNamespaces" -}}
{{- $excluded := splitList "," (include "podmedic.excludeNamespaces" .) -}}
{{- $names := list -}}
{{- range splitList "," (include "podmedic.watchNamespaces" .) -}}
{{- if and . (not (has . $excluded)) }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
{{- join "," $names -}}
{{- end -}}

{{- define "podmedic.isCronjob" -}}
{{- if eq "cronjob" (default "daemon" .Values.mode) }}true{{ end -}}
{{- end -}}

{{/* A number of replicas; 0 is a number too. */}}
{{- define "podmedic.replicas" -}}
{{- int (dig "replicaCount" 1 .Values.AsMap) -}}
{{- end -}}

{{- define "podmedic.leaderElection" -}}
{{- dig "leaderElection" "enabled" true .Values.AsMap -}}
{{- end -}}

{{/* The Secret with the credentials. It need not exist. */}}
{{- define "podmedic.secretName" -}}
{{- $secrets := default (dict) .Values.secrets -}}
{{- if $secrets.existingSecret -}}
{{- $secrets.existingSecret -}}
{{- else if $secrets.data -}}
{{- include "podmedic.fullname" . -}}
{{- else -}}
podmedic-secrets
{{- end -}}
{{- end -}}

{{/* Whether ids are left to OpenShift. */}}
{{- define "podmedic.isOpenshift" -}}
{{- $wanted := toString (dig "openshift" "auto" .Values.AsMap) -}}
{{- if or (eq $wanted "true") (and (eq $wanted "auto") (.Capabilities.APIVersions.Has "security.openshift.io/v1")) }}true{{ end -}}
{{- end -}}

{{- define "podmedic.podSecurityContext" -}}
{{- $ids := dict "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 -}}
{{- $default := merge $ids (dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault")) -}}
{{- $context := default $default .Values.podSecurityContext -}}
{{- if include "podmedic.isOpenshift" . -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "podmedic.securityContext" -}}
{{- $drop := dict "drop" (list "ALL") -}}
{{- $default := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "runAsNonRoot" true "capabilities" $drop -}}
{{- toYaml (default $default .Values.securityContext) -}}
{{- end -}}

{{/* Names of the Leases; podmedic knows them by these names. */}}
{{- define "podmedic.leases" -}}
podmedic-leader,podmedic-state-0,podmedic-state-1,podmedic-state-2,podmedic-state-3
{{- end -}}
