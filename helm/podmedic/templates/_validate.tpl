{{/*
Checks that the schema cannot make. Each failure says what to write instead. No value is printed that may be a credential.
*/}}
{{- define "podmedic.validate" -}}
{{- $watch := include "podmedic.watchNamespaces" . -}}
{{- if not $watch -}}
{{- fail "monitoring.watchNamespaces is empty, nothing would be watched. Name the namespaces, for example --set 'monitoring.watchNamespaces={default,production}', or all: --set 'monitoring.watchNamespaces=*'" -}}
{{- end -}}
{{- if and (ne $watch "*") (not (include "podmedic.roleNamespaces" .)) -}}
{{- fail "monitoring.excludeNamespaces excludes every namespace of monitoring.watchNamespaces, nothing would be watched. Take one out of the exclusions, for example --set monitoring.excludeNamespaces=kube-system" -}}
{{- end -}}
{{- if and (eq "namespaced" (dig "rbac" "scope" "cluster" .Values.AsMap)) (has "*" (splitList "," $watch)) -}}
{{- fail "rbac.scope=namespaced needs the namespaces by name, because a Role is made in each of them, for example --set 'monitoring.watchNamespaces={default,production}'. To watch all namespaces use --set rbac.scope=cluster" -}}
{{- end -}}
{{- if and (not (include "podmedic.isCronjob" .)) (gt (int (include "podmedic.replicas" .)) 1) (ne "true" (include "podmedic.leaderElection" .)) -}}
{{- fail "replicaCount above 1 needs leader election, or each replica would send every message. Use --set leaderElection.enabled=true, or --set replicaCount=1" -}}
{{- end -}}
{{- $secrets := default (dict) .Values.secrets -}}
{{- if $secrets.existingSecret -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" (toString $secrets.existingSecret)) -}}
{{- fail "secrets.existingSecret must be the name of a Secret, not a credential, for example --set secrets.existingSecret=podmedic-secrets. Make it with: kubectl create secret generic podmedic-secrets --from-literal=WEBHOOK_URL=…" -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if and (has .name (list "WEBHOOK_URL" "SLACK_BOT_TOKEN" "ANTHROPIC_API_KEY" "ANTHROPIC_AUTH_TOKEN")) (hasKey . "value") -}}
{{- fail (printf "extraEnv: %s is a credential and must not stand in the pod's specification. Put it into a Secret and name that one, for example --set secrets.existingSecret=podmedic-secrets" .name) -}}
{{- end -}}
{{- end -}}
{{- if and (include "podmedic.isCronjob" .) (not (dig "cronjob" "schedule" "*/5 * * * *" .Values.AsMap)) -}}
{{- fail "cronjob.schedule is empty. Use cron syntax, for example --set 'cronjob.schedule=*/5 * * * *'" -}}
{{- end -}}
{{- end -}}
