{{- define "proxyshim.name" -}}
{{ default .Release.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "proxyshim.selector" -}}
app.kubernetes.io/name: proxyshim
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "proxyshim.labels" -}}
{{ include "proxyshim.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "proxyshim.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end }}
{{- end }}

{{- define "proxyshim.secret" -}}
{{ default (include "proxyshim.name" .) .Values.secrets.existing }}
{{- end }}

{{- define "proxyshim.tlsSecret" -}}
{{ default (printf "%s-tls" (include "proxyshim.name" .)) .Values.tls.existing }}
{{- end }}

{{- /* "on" when a kind of the Prometheus Operator is wanted: said so, or left to whether the cluster knows it. Takes (root, switch, kind). */ -}}
{{- define "proxyshim.operated" -}}
{{- $root := index . 0 }}{{ $switch := index . 1 }}{{ $kind := index . 2 }}
{{- if eq (toString $switch) "auto" }}{{ if $root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" $kind) }}on{{ end }}{{ else if $switch }}on{{ end }}
{{- end }}

{{- define "proxyshim.securityContext" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
{{- end }}

{{- define "proxyshim.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}
