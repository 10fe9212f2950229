{{/* podmedic's environment that is no secret, as the data of a ConfigMap. */}}
{{- define "podmedic.environment" -}}
{{- $values := .Values.AsMap -}}
WATCH_NAMESPACES: {{ include "podmedic.watchNamespaces" . | quote }}
{{- with include "podmedic.excludeNamespaces" . }}
EXCLUDE_NAMESPACES: {{ . | quote }}
{{- end }}
{{- with dig "clusterRegistration" "clusterName" "" $values }}
CLUSTER_NAME: {{ . | quote }}
{{- end }}
MIN_RESTART_THRESHOLD: {{ include "podmedic.text" (dig "monitoring" "minRestartThreshold" 3 $values) | quote }}
MIN_SEVERITY: {{ dig "monitoring" "minSeverity" "SEV-4" $values | quote }}
{{- /* Unquoted `off` is a boolean in YAML. */}}
{{- $shareLogs := dig "monitoring" "shareLogs" "off" $values }}
SHARE_LOGS: {{ kindIs "bool" $shareLogs | ternary "off" $shareLogs | quote }}
{{- if dig "monitoring" "kubeEvents" false $values }}
KUBE_EVENTS: "true"
{{- end }}
{{- with dig "slack" "channel" "" $values }}
SLACK_CHANNEL: {{ . | quote }}
{{- end }}
{{- with dig "diagnosis" "model" "" $values }}
DIAGNOSIS_MODEL: {{ . | quote }}
{{- end }}
{{- with dig "diagnosis" "baseUrl" "" $values }}
ANTHROPIC_BASE_URL: {{ . | quote }}
{{- end }}
LOG_LEVEL: {{ dig "logging" "level" "info" $values | quote }}
LOG_FORMAT: {{ dig "logging" "format" "json" $values | quote }}
PORT: "3000"
{{- /* What is left of the grace period is for closing connections and releasing the Lease. */}}
SHUTDOWN_GRACE_SECONDS: {{ max 0 (sub (int (dig "terminationGracePeriodSeconds" 45 $values)) 10) | quote }}
LEADER_ELECTION: {{ include "podmedic.leaderElection" . | quote }}
SECRETS_DIR: /etc/podmedic/secrets
{{- if dig "outbox" "enabled" true $values }}
OUTBOX_DIR: /var/lib/podmedic/outbox
{{- end }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ include "podmedic.text" $value | quote }}
{{- end }}
{{- end -}}
