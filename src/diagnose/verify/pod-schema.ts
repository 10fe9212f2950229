import type { Schema } from './schema-type.ts';

const strings: Schema = { list: 'string' };
export const labels: Schema = { map: 'string' };
export const quantities: Schema = { map: 'quantity' };

const keyRef: Schema = { fields: { name: 'string', key: 'string', optional: 'boolean' } };
const objectRef: Schema = { fields: { name: 'string', optional: 'boolean' } };
const httpGet: Schema = {
  fields: {
    path: 'string',
    port: 'int-or-string',
    scheme: 'string',
    host: 'string',
    httpHeaders: { list: { fields: { name: 'string', value: 'string' } } },
  },
};
const exec: Schema = { fields: { command: strings } };
const tcpSocket: Schema = { fields: { port: 'int-or-string', host: 'string' } };
const probe: Schema = {
  fields: {
    httpGet,
    exec,
    tcpSocket,
    grpc: { fields: { port: 'integer', service: 'string' } },
    initialDelaySeconds: 'integer',
    timeoutSeconds: 'integer',
    periodSeconds: 'integer',
    successThreshold: 'integer',
    failureThreshold: 'integer',
    terminationGracePeriodSeconds: 'integer',
  },
};
const hook: Schema = { fields: { exec, httpGet, tcpSocket, sleep: { fields: { seconds: 'integer' } } } };
const profile: Schema = { fields: { type: 'string', localhostProfile: 'string' } };
const securityContext: Schema = {
  fields: {
    runAsUser: 'integer',
    runAsGroup: 'integer',
    runAsNonRoot: 'boolean',
    fsGroup: 'integer',
    fsGroupChangePolicy: 'string',
    supplementalGroups: { list: 'integer' },
    readOnlyRootFilesystem: 'boolean',
    allowPrivilegeEscalation: 'boolean',
    privileged: 'boolean',
    procMount: 'string',
    capabilities: { fields: { add: strings, drop: strings } },
    seccompProfile: profile,
    appArmorProfile: profile,
    seLinuxOptions: { fields: { level: 'string', role: 'string', type: 'string', user: 'string' } },
    sysctls: { list: { fields: { name: 'string', value: 'string' } } },
  },
};
const container: Schema = {
  fields: {
    name: 'string',
    image: 'string',
    imagePullPolicy: 'string',
    command: strings,
    args: strings,
    workingDir: 'string',
    restartPolicy: 'string',
    terminationMessagePath: 'string',
    terminationMessagePolicy: 'string',
    stdin: 'boolean',
    tty: 'boolean',
    env: {
      list: {
        fields: {
          name: 'string',
          value: 'string',
          valueFrom: {
            fields: {
              configMapKeyRef: keyRef,
              secretKeyRef: keyRef,
              fieldRef: { fields: { fieldPath: 'string', apiVersion: 'string' } },
              resourceFieldRef: { fields: { resource: 'string', containerName: 'string', divisor: 'quantity' } },
            },
          },
        },
      },
      mergeKey: 'name',
    },
    envFrom: { list: { fields: { prefix: 'string', configMapRef: objectRef, secretRef: objectRef } } },
    ports: {
      list: {
        fields: { containerPort: 'integer', name: 'string', protocol: 'string', hostPort: 'integer', hostIP: 'string' },
      },
      mergeKey: 'containerPort',
    },
    resources: { fields: { limits: quantities, requests: quantities } },
    volumeMounts: {
      list: {
        fields: {
          name: 'string',
          mountPath: 'string',
          subPath: 'string',
          subPathExpr: 'string',
          readOnly: 'boolean',
          mountPropagation: 'string',
        },
      },
      mergeKey: 'mountPath',
    },
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    lifecycle: { fields: { postStart: hook, preStop: hook } },
    securityContext,
  },
};
const items: Schema = { list: { fields: { key: 'string', path: 'string', mode: 'integer' } } };
const volume: Schema = {
  fields: {
    name: 'string',
    configMap: { fields: { name: 'string', optional: 'boolean', defaultMode: 'integer', items } },
    secret: { fields: { secretName: 'string', optional: 'boolean', defaultMode: 'integer', items } },
    persistentVolumeClaim: { fields: { claimName: 'string', readOnly: 'boolean' } },
    emptyDir: { fields: { medium: 'string', sizeLimit: 'quantity' } },
    hostPath: { fields: { path: 'string', type: 'string' } },
    nfs: { fields: { server: 'string', path: 'string', readOnly: 'boolean' } },
  },
};
const requirements: Schema = { list: { fields: { key: 'string', operator: 'string', values: strings } } };
const labelSelector: Schema = { fields: { matchLabels: labels, matchExpressions: requirements } };
const nodeTerm: Schema = { fields: { matchExpressions: requirements, matchFields: requirements } };
const podTerm: Schema = {
  fields: { labelSelector, topologyKey: 'string', namespaces: strings, namespaceSelector: labelSelector },
};
const podAffinity: Schema = {
  fields: {
    requiredDuringSchedulingIgnoredDuringExecution: { list: podTerm },
    preferredDuringSchedulingIgnoredDuringExecution: {
      list: { fields: { weight: 'integer', podAffinityTerm: podTerm } },
    },
  },
};

/** The spec of a pod, as it stands in a pod or in a template. */
export const podSpecSchema: Schema = {
  fields: {
    containers: { list: container, mergeKey: 'name' },
    initContainers: { list: container, mergeKey: 'name' },
    volumes: { list: volume, mergeKey: 'name' },
    restartPolicy: 'string',
    terminationGracePeriodSeconds: 'integer',
    activeDeadlineSeconds: 'integer',
    dnsPolicy: 'string',
    nodeSelector: labels,
    nodeName: 'string',
    serviceAccountName: 'string',
    automountServiceAccountToken: 'boolean',
    hostNetwork: 'boolean',
    hostPID: 'boolean',
    shareProcessNamespace: 'boolean',
    enableServiceLinks: 'boolean',
    hostname: 'string',
    subdomain: 'string',
    schedulerName: 'string',
    priorityClassName: 'string',
    runtimeClassName: 'string',
    securityContext,
    imagePullSecrets: { list: { fields: { name: 'string' } }, mergeKey: 'name' },
    hostAliases: { list: { fields: { ip: 'string', hostnames: strings } }, mergeKey: 'ip' },
    tolerations: {
      list: {
        fields: { key: 'string', operator: 'string', value: 'string', effect: 'string', tolerationSeconds: 'integer' },
      },
    },
    topologySpreadConstraints: {
      list: {
        fields: {
          topologyKey: 'string',
          whenUnsatisfiable: 'string',
          maxSkew: 'integer',
          minDomains: 'integer',
          labelSelector,
          nodeAffinityPolicy: 'string',
          nodeTaintsPolicy: 'string',
          matchLabelKeys: strings,
        },
      },
      mergeKey: 'topologyKey',
    },
    readinessGates: { list: { fields: { conditionType: 'string' } } },
    schedulingGates: { list: { fields: { name: 'string' } }, mergeKey: 'name' },
    affinity: {
      fields: {
        nodeAffinity: {
          fields: {
            requiredDuringSchedulingIgnoredDuringExecution: { fields: { nodeSelectorTerms: { list: nodeTerm } } },
            preferredDuringSchedulingIgnoredDuringExecution: {
              list: { fields: { weight: 'integer', preference: nodeTerm } },
            },
          },
        },
        podAffinity,
        podAntiAffinity: podAffinity,
      },
    },
  },
};
