import { labels, podSpecSchema, quantities } from './pod-schema.ts';
import type { Schema } from './schema-type.ts';

const metadata: Schema = { fields: { labels, annotations: labels } };
const template: Schema = { fields: { metadata, spec: podSpecSchema } };
const top = (spec: Readonly<Record<string, Schema>>): Schema => ({ fields: { metadata, spec: { fields: spec } } });

/** Patchable kinds. A kind that is missing here cannot be verified. */
export const kindSchemas: Readonly<Record<string, Schema>> = {
  Deployment: top({
    replicas: 'integer',
    template,
    minReadySeconds: 'integer',
    progressDeadlineSeconds: 'integer',
    revisionHistoryLimit: 'integer',
    paused: 'boolean',
    strategy: {
      fields: {
        type: 'string',
        rollingUpdate: { fields: { maxSurge: 'int-or-string', maxUnavailable: 'int-or-string' } },
      },
    },
  }),
  ReplicaSet: top({ replicas: 'integer', template, minReadySeconds: 'integer' }),
  StatefulSet: top({
    replicas: 'integer',
    template,
    minReadySeconds: 'integer',
    updateStrategy: {
      fields: {
        type: 'string',
        rollingUpdate: { fields: { partition: 'integer', maxUnavailable: 'int-or-string' } },
      },
    },
  }),
  DaemonSet: top({ template, minReadySeconds: 'integer' }),
  CronJob: top({
    schedule: 'string',
    suspend: 'boolean',
    concurrencyPolicy: 'string',
    startingDeadlineSeconds: 'integer',
    jobTemplate: {
      fields: {
        metadata,
        spec: {
          fields: {
            template,
            backoffLimit: 'integer',
            activeDeadlineSeconds: 'integer',
            completions: 'integer',
            parallelism: 'integer',
            ttlSecondsAfterFinished: 'integer',
          },
        },
      },
    },
  }),
  Job: top({
    suspend: 'boolean',
    activeDeadlineSeconds: 'integer',
    backoffLimit: 'integer',
    parallelism: 'integer',
    ttlSecondsAfterFinished: 'integer',
  }),
  Pod: { fields: { metadata, spec: podSpecSchema } },
  Service: top({
    selector: labels,
    type: 'string',
    ports: {
      list: {
        fields: {
          name: 'string',
          port: 'integer',
          targetPort: 'int-or-string',
          protocol: 'string',
          nodePort: 'integer',
        },
      },
      mergeKey: 'port',
    },
    publishNotReadyAddresses: 'boolean',
  }),
  PersistentVolumeClaim: top({
    resources: { fields: { requests: quantities } },
    storageClassName: 'string',
    volumeName: 'string',
  }),
  ResourceQuota: top({ hard: quantities }),
  LimitRange: top({
    limits: {
      list: {
        fields: {
          type: 'string',
          max: quantities,
          min: quantities,
          default: quantities,
          defaultRequest: quantities,
          maxLimitRequestRatio: quantities,
        },
      },
    },
  }),
  Node: top({
    unschedulable: 'boolean',
    taints: { list: { fields: { key: 'string', value: 'string', effect: 'string' } } },
  }),
  Namespace: { fields: { metadata } },
  StorageClass: { fields: { metadata, allowVolumeExpansion: 'boolean' } },
};
