/**
 * The parts of Kubernetes' JSON that investigation and the rules read. Everything is optional: an object may be of another
 * version, cut, or written by hand. Field names are the API's own (kubernetes.io/docs/reference/kubernetes-api).
 */

export interface KubeMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly KubeOwnerReference[];
}

export interface KubeOwnerReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly controller?: boolean;
}

/** Any object: what all have in common, and the rest unread. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: KubeMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface KubeCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface KubeKeyRef {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

export interface KubeEnvVar {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: KubeKeyRef;
    readonly secretKeyRef?: KubeKeyRef;
    readonly fieldRef?: { readonly fieldPath?: string };
    readonly resourceFieldRef?: { readonly resource?: string; readonly containerName?: string };
  };
}

export interface KubeProbe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port?: number | string;
    readonly scheme?: string;
    readonly host?: string;
  };
  readonly tcpSocket?: { readonly port?: number | string; readonly host?: string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

export interface KubeHandler {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: KubeProbe['httpGet'];
  readonly sleep?: { readonly seconds?: number };
}

export interface KubeSecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly fsGroup?: number;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

export interface KubeResources {
  readonly limits?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
}

export interface KubeContainer {
  readonly name?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly KubeEnvVar[];
  readonly envFrom?: readonly { readonly configMapRef?: KubeKeyRef; readonly secretRef?: KubeKeyRef }[];
  readonly ports?: readonly { readonly containerPort?: number; readonly name?: string; readonly protocol?: string }[];
  readonly resources?: KubeResources;
  readonly volumeMounts?: readonly {
    readonly name?: string;
    readonly mountPath?: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[];
  readonly livenessProbe?: KubeProbe;
  readonly readinessProbe?: KubeProbe;
  readonly startupProbe?: KubeProbe;
  readonly lifecycle?: { readonly postStart?: KubeHandler; readonly preStop?: KubeHandler };
  readonly restartPolicy?: string;
  readonly securityContext?: KubeSecurityContext;
}

export interface KubeVolume {
  readonly name?: string;
  readonly configMap?: {
    readonly name?: string;
    readonly optional?: boolean;
    readonly items?: readonly { readonly key?: string; readonly path?: string }[];
  };
  readonly secret?: {
    readonly secretName?: string;
    readonly optional?: boolean;
    readonly items?: readonly { readonly key?: string; readonly path?: string }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName?: string };
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly csi?: { readonly driver?: string };
  readonly nfs?: { readonly server?: string; readonly path?: string };
  readonly projected?: unknown;
}

export interface KubeToleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface KubeSelectorRequirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

export interface KubeLabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly KubeSelectorRequirement[];
}

export interface KubePodAffinityTerm {
  readonly labelSelector?: KubeLabelSelector;
  readonly topologyKey?: string;
}

export interface KubeAffinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly { readonly matchExpressions?: readonly KubeSelectorRequirement[] }[];
    };
  };
  readonly podAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly KubePodAffinityTerm[] };
  readonly podAntiAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly KubePodAffinityTerm[];
  };
}

export interface KubePodSpec {
  readonly containers?: readonly KubeContainer[];
  readonly initContainers?: readonly KubeContainer[];
  readonly ephemeralContainers?: readonly KubeContainer[];
  readonly volumes?: readonly KubeVolume[];
  readonly restartPolicy?: string;
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: KubeAffinity;
  readonly tolerations?: readonly KubeToleration[];
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey?: string;
    readonly whenUnsatisfiable?: string;
    readonly maxSkew?: number;
    readonly labelSelector?: KubeLabelSelector;
  }[];
  readonly readinessGates?: readonly { readonly conditionType?: string }[];
  readonly schedulingGates?: readonly { readonly name?: string }[];
  readonly schedulerName?: string;
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly priorityClassName?: string;
  readonly priority?: number;
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: KubeSecurityContext;
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly runtimeClassName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly overhead?: Readonly<Record<string, string>>;
}

export interface KubeTerminated {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly containerID?: string;
}

export interface KubeContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string | null };
  readonly terminated?: KubeTerminated;
}

export interface KubeContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly ready?: boolean;
  readonly started?: boolean | null;
  readonly restartCount?: number;
  readonly state?: KubeContainerState;
  readonly lastState?: KubeContainerState;
}

export interface KubePodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly startTime?: string;
  readonly hostIP?: string;
  readonly podIP?: string;
  readonly qosClass?: string;
  readonly nominatedNodeName?: string;
  readonly conditions?: readonly KubeCondition[];
  readonly containerStatuses?: readonly KubeContainerStatus[];
  readonly initContainerStatuses?: readonly KubeContainerStatus[];
  readonly ephemeralContainerStatuses?: readonly KubeContainerStatus[];
}

export interface KubePod extends KubeObject {
  readonly spec?: KubePodSpec;
  readonly status?: KubePodStatus;
}

/** core/v1 Event. */
export interface KubeEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly involvedObject?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
  };
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
}

export interface KubePodTemplate {
  readonly metadata?: KubeMeta;
  readonly spec?: KubePodSpec;
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or CronJob, as far as they are alike. */
export interface KubeWorkload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: KubeLabelSelector;
    readonly template?: KubePodTemplate;
    readonly progressDeadlineSeconds?: number;
    readonly paused?: boolean;
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly suspend?: boolean;
    readonly schedule?: string;
    readonly serviceName?: string;
    readonly jobTemplate?: { readonly spec?: { readonly template?: KubePodTemplate; readonly backoffLimit?: number } };
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly unavailableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly observedGeneration?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly active?: number;
    readonly failed?: number;
    readonly succeeded?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly KubeCondition[];
  };
}
