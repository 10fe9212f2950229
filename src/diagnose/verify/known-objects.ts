import type { CaseFile } from '../../model/case-file.ts';
import type { KubeContainer, KubeObject, KubePodSpec, KubeWorkload } from '../../model/kube-objects.ts';

// kubectl's plural and short names (`kubectl api-resources`).
const kinds: Readonly<Record<string, readonly string[]>> = {
  Pod: ['pod', 'pods', 'po'],
  Deployment: ['deployment', 'deployments', 'deploy', 'deployment.apps', 'deployments.apps'],
  ReplicaSet: ['replicaset', 'replicasets', 'rs', 'replicaset.apps', 'replicasets.apps'],
  StatefulSet: ['statefulset', 'statefulsets', 'sts', 'statefulset.apps', 'statefulsets.apps'],
  DaemonSet: ['daemonset', 'daemonsets', 'ds', 'daemonset.apps', 'daemonsets.apps'],
  ControllerRevision: ['controllerrevision', 'controllerrevisions'],
  Job: ['job', 'jobs', 'job.batch', 'jobs.batch'],
  CronJob: ['cronjob', 'cronjobs', 'cj', 'cronjob.batch', 'cronjobs.batch'],
  Node: ['node', 'nodes', 'no'],
  Namespace: ['namespace', 'namespaces', 'ns'],
  Service: ['service', 'services', 'svc'],
  Endpoints: ['endpoints', 'ep'],
  EndpointSlice: ['endpointslice', 'endpointslices'],
  PersistentVolumeClaim: ['persistentvolumeclaim', 'persistentvolumeclaims', 'pvc'],
  PersistentVolume: ['persistentvolume', 'persistentvolumes', 'pv'],
  StorageClass: ['storageclass', 'storageclasses', 'sc'],
  ResourceQuota: ['resourcequota', 'resourcequotas', 'quota'],
  LimitRange: ['limitrange', 'limitranges', 'limits'],
  ConfigMap: ['configmap', 'configmaps', 'cm'],
  Secret: ['secret', 'secrets'],
  ServiceAccount: ['serviceaccount', 'serviceaccounts', 'sa'],
  PriorityClass: ['priorityclass', 'priorityclasses', 'pc'],
  Event: ['event', 'events', 'ev'],
  NetworkPolicy: ['networkpolicy', 'networkpolicies', 'netpol'],
  CSIDriver: ['csidriver', 'csidrivers'],
  VolumeAttachment: ['volumeattachment', 'volumeattachments'],
  RuntimeClass: ['runtimeclass', 'runtimeclasses'],
  MutatingWebhookConfiguration: ['mutatingwebhookconfiguration', 'mutatingwebhookconfigurations'],
  ValidatingWebhookConfiguration: ['validatingwebhookconfiguration', 'validatingwebhookconfigurations'],
  ValidatingAdmissionPolicy: ['validatingadmissionpolicy', 'validatingadmissionpolicies'],
  PodDisruptionBudget: ['poddisruptionbudget', 'poddisruptionbudgets', 'pdb'],
  HorizontalPodAutoscaler: ['horizontalpodautoscaler', 'horizontalpodautoscalers', 'hpa'],
};
const kindOfWord = new Map(
  Object.entries(kinds).flatMap(([kind, words]) => words.map((word) => [word, kind] as const)),
);
const clusterScoped = new Set([
  'Node',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'CSIDriver',
  'VolumeAttachment',
  'RuntimeClass',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
]);

/** The kind that kubectl understands by a word (`sts`, `deployments`); undefined when unknown. */
export function kindOf(word: string): string | undefined {
  return kindOfWord.get(word.toLowerCase());
}

/** Whether objects of a kind live outside namespaces. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.has(kind);
}

/** An object of the case file; `namespace` is ignored for cluster-scoped kinds. */
export function findObject(
  file: CaseFile,
  kind: string,
  name: string,
  namespace: string | undefined,
): KubeObject | undefined {
  const pods: readonly KubeObject[] = file.pod === undefined ? file.pods : [file.pod, ...file.pods];
  const all: readonly KubeObject[] = kind === 'Pod' ? [...pods, ...file.neighbours] : [...file.owners, ...file.cluster];
  return all.find(
    (object) =>
      (object.kind === kind || (kind === 'Pod' && (object.kind ?? 'Pod') === 'Pod')) &&
      object.metadata?.name === name &&
      (isClusterScoped(kind) || (object.metadata.namespace ?? file.workload.namespace) === namespace),
  );
}

/** The pod spec inside an object: its own or its template's. */
function podSpecOf(object: KubeObject): KubePodSpec | undefined {
  if (object.kind === 'Pod' || object.kind === undefined) return object.spec as KubePodSpec | undefined;
  const workload = object as KubeWorkload;
  return workload.spec?.jobTemplate?.spec?.template?.spec ?? workload.spec?.template?.spec;
}

/** Containers and init containers of an object that has a pod spec. */
export function containersOf(object: KubeObject): readonly KubeContainer[] {
  const spec = podSpecOf(object);
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

// Kubelet's and the controllers' words for an object that is not there.
const missing = [
  /\b(configmap|secret|serviceaccount|persistentvolumeclaim|namespace)s? "([^"]{1,253})" not found/giu,
  /\berror looking up (service account) [^/\s]{1,63}\/([^:\s]{1,253}): /giu,
];

/** Whether an event or a status says that the object does not exist. */
export function isSaidMissing(file: CaseFile, kind: string, name: string): boolean {
  const texts = [...file.events.map((event) => event.message), ...file.failures.map((failure) => failure.message)];
  return texts.some((text) =>
    missing.some((pattern) =>
      [...(text ?? '').slice(0, 8192).matchAll(pattern)].some(
        (match) => match[1]?.toLowerCase().replace(' ', '') === kind.toLowerCase() && match[2] === name,
      ),
    ),
  );
}

/** Whether the pods of this case refer to a ConfigMap, Secret or ServiceAccount, which cannot be read themselves. */
export function isReferred(file: CaseFile, kind: string, name: string): boolean {
  const specs = [file.pod?.spec, ...file.owners.map(podSpecOf)];
  return specs.some((spec) => {
    if (kind === 'ServiceAccount') return (spec?.serviceAccountName ?? 'default') === name;
    const volumes = spec?.volumes ?? [];
    const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    if (kind === 'ConfigMap')
      return (
        volumes.some((volume) => volume.configMap?.name === name) ||
        containers.some(
          (one) =>
            one.env?.some((variable) => variable.valueFrom?.configMapKeyRef?.name === name) === true ||
            one.envFrom?.some((from) => from.configMapRef?.name === name) === true,
        )
      );
    return (
      volumes.some((volume) => volume.secret?.secretName === name) ||
      spec?.imagePullSecrets?.some((secret) => secret.name === name) === true ||
      containers.some(
        (one) =>
          one.env?.some((variable) => variable.valueFrom?.secretKeyRef?.name === name) === true ||
          one.envFrom?.some((from) => from.secretRef?.name === name) === true,
      )
    );
  });
}
