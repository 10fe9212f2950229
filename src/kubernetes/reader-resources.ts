/** Where a kind lives in the API: `/api/v1` or `/apis/GROUP/VERSION`, its plural, and whether it has namespaces. */
export interface ReaderResource {
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const core = (plural: string, namespaced = true): ReaderResource => ({ base: '/api/v1', plural, namespaced });
const group = (name: string, plural: string, namespaced = true): ReaderResource => ({
  base: `/apis/${name}`,
  plural,
  namespaced,
});

export const eventResource = core('events');

/** The kinds that our permissions (helm chart, role) allow to read; a custom owner is found by `guessResource`. */
const known: Readonly<Record<string, ReaderResource>> = {
  Pod: core('pods'),
  Namespace: core('namespaces', false),
  Node: core('nodes', false),
  Service: core('services'),
  PersistentVolumeClaim: core('persistentvolumeclaims'),
  PersistentVolume: core('persistentvolumes', false),
  ResourceQuota: core('resourcequotas'),
  LimitRange: core('limitranges'),
  ReplicationController: core('replicationcontrollers'),
  Deployment: group('apps/v1', 'deployments'),
  ReplicaSet: group('apps/v1', 'replicasets'),
  StatefulSet: group('apps/v1', 'statefulsets'),
  DaemonSet: group('apps/v1', 'daemonsets'),
  ControllerRevision: group('apps/v1', 'controllerrevisions'),
  Job: group('batch/v1', 'jobs'),
  CronJob: group('batch/v1', 'cronjobs'),
  EndpointSlice: group('discovery.k8s.io/v1', 'endpointslices'),
  StorageClass: group('storage.k8s.io/v1', 'storageclasses', false),
};

/** The resource of a kind; for one that Kubernetes does not have, guessed from its apiVersion; undefined without one. */
export function resourceOf(kind: string, apiVersion?: string): ReaderResource | undefined {
  const isForeign = apiVersion !== undefined && apiVersion !== apiVersionOf(known[kind]);
  return known[kind] && !isForeign ? known[kind] : guessResource(kind, apiVersion);
}

function apiVersionOf(resource: ReaderResource | undefined): string | undefined {
  return resource?.base.replace(/^\/apis?\//, '');
}

// Plurals as kubebuilder and code generators form them; without discovery there is no surer way. A wrong guess answers
// "not found", and the owner stays known by name alone.
function guessResource(kind: string, apiVersion: string | undefined): ReaderResource | undefined {
  if (!/^[A-Z][A-Za-z0-9]{0,62}$/.test(kind) || !/^[a-z0-9.-]+\/v[a-z0-9]+$/.test(apiVersion ?? '')) return undefined;
  const name = kind.toLowerCase();
  let plural = `${name}s`;
  if (/[^aeiou]y$/.test(name)) plural = `${name.slice(0, -1)}ies`;
  else if (/(s|x|z|ch|sh)$/.test(name)) plural = `${name}es`;
  return group(apiVersion ?? '', plural);
}

/** The path of a collection, or of one object when `name` is given. */
export function pathOf(resource: ReaderResource, namespace: string | undefined, name?: string): string {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${resource.base}${scope}/${resource.plural}${object}`;
}
