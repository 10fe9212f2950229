{{/*
What podmedic reads in a watched namespace. "create" on events comes only with monitoring.kubeEvents. No Secrets, no
ConfigMaps, no exec, no wildcard.
*/}}
{{- define "podmedic.readRules" -}}
{{- $standard := ne "minimal" (dig "rbac" "permissions" "standard" .Values.AsMap) -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, watch{{ if dig "monitoring" "kubeEvents" false .Values.AsMap }}, create{{ end }}]
{{- if $standard }}
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [""]
  resources: [persistentvolumeclaims, resourcequotas, limitranges, services]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments, replicasets, statefulsets, daemonsets, controllerrevisions]
  verbs: [get, list, watch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
{{- end }}
{{- with dig "rbac" "extraRules" nil .Values.AsMap }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What podmedic reads outside of namespaces. */}}
{{- define "podmedic.clusterReadRules" -}}
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get, list, watch]
{{- if ne "minimal" (dig "rbac" "permissions" "standard" .Values.AsMap) }}
- apiGroups: [""]
  resources: [nodes, persistentvolumes]
  verbs: [get, list, watch]
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list, watch]
{{- end }}
{{- end -}}
