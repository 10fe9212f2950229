import type { KubeObject } from '../model/kube-objects.ts';

/** What a field of Kubernetes' JSON holds; its name means the same type wherever it stands, but for `status` and `conditions`. */
type FieldType = 'text' | 'number' | 'flag' | 'object' | 'objects' | 'texts';

/** The fields that detection, investigation and rules read without looking (kubernetes.io/docs/reference/kubernetes-api). */
const fields: Readonly<Record<FieldType, string>> = {
  text:
    'apiVersion kind name generateName namespace uid resourceVersion creationTimestamp deletionTimestamp phase reason message ' +
    'type lastTransitionTime lastUpdateTime startTime completionTime hostIP podIP qosClass nominatedNodeName nodeName image ' +
    'imageID containerID imagePullPolicy workingDir mountPath subPath restartPolicy schedulerName serviceAccountName ' +
    'priorityClassName dnsPolicy value key operator effect topologyKey whenUnsatisfiable claimName secretName medium ' +
    'sizeLimit driver server path host scheme service fieldPath resource containerName conditionType component ' +
    'firstTimestamp lastTimestamp eventTime lastObservedTime startedAt finishedAt schedule serviceName currentRevision ' +
    'updateRevision reportingComponent protocol storageClassName volumeName provisioner volumeBindingMode clusterIP',
  number:
    'generation observedGeneration containerPort initialDelaySeconds timeoutSeconds periodSeconds successThreshold ' +
    'failureThreshold runAsUser runAsGroup fsGroup maxSkew priority activeDeadlineSeconds terminationGracePeriodSeconds ' +
    'exitCode signal restartCount count replicas readyReplicas availableReplicas updatedReplicas unavailableReplicas ' +
    'desiredNumberScheduled numberReady backoffLimit completions parallelism failed succeeded progressDeadlineSeconds',
  flag: 'controller optional readOnly ready started runAsNonRoot readOnlyRootFilesystem privileged hostNetwork paused suspend unschedulable',
  object:
    'metadata spec labels annotations valueFrom configMapKeyRef secretKeyRef fieldRef resourceFieldRef httpGet tcpSocket exec ' +
    'grpc resources limits requests livenessProbe readinessProbe startupProbe lifecycle postStart preStop securityContext ' +
    'capabilities configMapRef secretRef configMap secret persistentVolumeClaim emptyDir hostPath csi nfs matchLabels ' +
    'labelSelector nodeSelector affinity nodeAffinity podAffinity podAntiAffinity state lastState waiting running terminated ' +
    'involvedObject source series selector template jobTemplate allocatable capacity nodeInfo hard used claimRef',
  objects:
    'ownerReferences conditions containers initContainers ephemeralContainers volumes env envFrom ports volumeMounts items ' +
    'matchExpressions tolerations topologySpreadConstraints readinessGates schedulingGates imagePullSecrets ' +
    'containerStatuses initContainerStatuses ephemeralContainerStatuses taints subsets endpoints limits',
  texts: 'command args values add drop accessModes',
};

const typesOf = new Map<string, FieldType[]>();
for (const [type, names] of Object.entries(fields) as [FieldType, string][]) {
  // A few names hold one type in one object and another in the next: `limits` of a container and of a LimitRange.
  for (const name of names.split(' ')) typesOf.set(name, [...(typesOf.get(name) ?? []), type]);
}

/**
 * An object from a file, without every field whose value is of a type that Kubernetes never puts there: a recording may be
 * cut, edited or overwritten, and what remains of it should still be explained.
 */
export function conformObject(object: KubeObject): KubeObject {
  return conform(object, true) as KubeObject;
}

function conform(value: unknown, isTop: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => conform(item, false));
  if (!isRecord(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const fitting = fit(inner, typesFor(key, inner, isTop));
    if (fitting !== undefined && fitting !== null) kept.push([key, conform(fitting, false)]);
  }
  return Object.fromEntries(kept);
}

function typesFor(key: string, value: unknown, isTop: boolean): readonly FieldType[] | undefined {
  if (key === 'status') return isTop ? ['object'] : ['text'];
  // An endpoint of an EndpointSlice has them as one object of flags.
  if (key === 'conditions' && isRecord(value) && 'ready' in value) return ['object'];
  return typesOf.get(key);
}

/** The value where it is of one of the types (all when there are none), lists without what does not belong. */
function fit(value: unknown, types: readonly FieldType[] | undefined): unknown {
  if (types === undefined) return value;
  for (const type of types) {
    if (type === 'text' && typeof value === 'string') return value;
    if (type === 'number' && typeof value === 'number') return value;
    if (type === 'flag' && typeof value === 'boolean') return value;
    if (type === 'object' && isRecord(value)) return value;
    if (type === 'objects' && Array.isArray(value)) return value.filter(isRecord);
    if (type === 'texts' && Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
