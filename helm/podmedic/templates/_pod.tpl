{{/* Metadata of the pod, for Deployment and CronJob. */}}
{{- define "podmedic.podMetadata" -}}
labels:
  {{- include "podmedic.selectorLabels" . | nindent 2 }}
  {{- with .Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- /* Only of the settings: podmedic reads changed credentials by itself. */}}
  checksum/config: {{ include "podmedic.environment" . | sha256sum }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The pod's specification around its container. */}}
{{- define "podmedic.podSpec" -}}
serviceAccountName: {{ include "podmedic.serviceAccountName" . }}
automountServiceAccountToken: true
enableServiceLinks: false
securityContext:
  {{- include "podmedic.podSecurityContext" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ dig "terminationGracePeriodSeconds" 45 .Values.AsMap }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- if dig "outbox" "enabled" true .Values.AsMap }}
- name: outbox
  {{- /* Helm merges another source with the default emptyDir; a volume has one source. */}}
  {{- $volume := default (dict "emptyDir" (dict "sizeLimit" "64Mi")) (dig "outbox" "volume" nil .Values.AsMap) }}
  {{- gt (len $volume) 1 | ternary (omit $volume "emptyDir") $volume | toYaml | nindent 2 }}
{{- end }}
- name: secrets
  secret:
    secretName: {{ include "podmedic.secretName" . }}
    optional: true
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The container, without ports and probes. */}}
{{- define "podmedic.container" -}}
name: podmedic
image: {{ include "podmedic.image" . | quote }}
imagePullPolicy: {{ dig "image" "pullPolicy" "IfNotPresent" .Values.AsMap }}
securityContext:
  {{- include "podmedic.securityContext" . | nindent 2 }}
env:
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
envFrom:
- configMapRef:
    name: {{ include "podmedic.fullname" . }}
{{- with .Values.extraEnvFrom }}
{{ toYaml . }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
- name: tmp
  mountPath: /tmp
{{- if dig "outbox" "enabled" true .Values.AsMap }}
- name: outbox
  mountPath: /var/lib/podmedic/outbox
{{- end }}
- name: secrets
  mountPath: /etc/podmedic/secrets
  readOnly: true
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
