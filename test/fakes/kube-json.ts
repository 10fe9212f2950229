import type { KubePod } from '../../src/model/kube-objects.ts';

/** A running pod of the namespace `shop`; its uid is `uid-NAME` unless given. */
export function podJson(
  name: string,
  version: string,
  more: Partial<KubePod> & { readonly uid?: string } = {},
): KubePod {
  const { uid = `uid-${name}`, metadata, ...rest } = more;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace: 'shop',
      uid,
      resourceVersion: version,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { containers: [{ name: 'app', image: 'shop/app:1' }] },
    status: { phase: 'Running' },
    ...rest,
  };
}

/** Lines of a watch. */
export const watchLine = {
  added: (object: unknown) => ({ type: 'ADDED', object }),
  modified: (object: unknown) => ({ type: 'MODIFIED', object }),
  deleted: (object: unknown) => ({ type: 'DELETED', object }),
  bookmark: (version: string, kind = 'Pod') => ({
    type: 'BOOKMARK',
    object: { kind, apiVersion: 'v1', metadata: { resourceVersion: version } },
  }),
  /** Ends the initial list. */
  end: (version: string, kind = 'Pod') => ({
    type: 'BOOKMARK',
    object: {
      kind,
      apiVersion: 'v1',
      metadata: { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  }),
  error: (code: number, reason: string, message = reason) => ({
    type: 'ERROR',
    object: statusJson(code, reason, message),
  }),
};

export function statusJson(code: number, reason: string, message = reason, details?: unknown): unknown {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
}

export function listJson(version: string, items: readonly unknown[], next?: string): unknown {
  return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: version, continue: next }, items };
}
