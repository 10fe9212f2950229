/** Names one Kubernetes object. `namespace` is absent for cluster-scoped objects. */
export interface ObjectRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
}

/** The top owner of a pod: Deployment, StatefulSet, DaemonSet, CronJob, Job, a custom controller, or the bare pod itself. */
export interface WorkloadRef extends ObjectRef {
  readonly namespace: string;
}
