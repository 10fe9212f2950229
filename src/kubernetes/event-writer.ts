import { createHash } from 'node:crypto';
import { toAppError } from '../model/errors.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { ApiClient } from './api-client.ts';

/** A Kubernetes Event to write about a workload. */
export interface NewEvent {
  readonly regarding: WorkloadRef;
  readonly type: 'Warning' | 'Normal';
  readonly reason: string;
  readonly note: string;
  /** The same key gives the same name, so that an Event exists once. */
  readonly key: string;
}

/** Writes Events into the namespaces of the workloads they are about; the only thing that podmedic ever writes there. */
export function createEventWriter(
  client: Pick<ApiClient, 'json'>,
  options: { readonly instance: string; readonly now: () => number },
): (event: NewEvent) => Promise<'created' | 'exists' | 'forbidden'> {
  return async ({ regarding, type, reason, note, key }) => {
    const { namespace, name } = regarding;
    const digest = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const time = new Date(options.now()).toISOString();
    try {
      await client.json({
        method: 'POST',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
        body: {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `${name.slice(0, 200)}.podmedic-${digest}`, namespace },
          involvedObject: {
            kind: regarding.kind,
            name,
            namespace,
            ...(regarding.apiVersion === undefined ? {} : { apiVersion: regarding.apiVersion }),
            ...(regarding.uid === undefined ? {} : { uid: regarding.uid }),
          },
          type,
          reason,
          message: note,
          count: 1,
          firstTimestamp: time.replace(/\.\d+Z$/, 'Z'),
          lastTimestamp: time.replace(/\.\d+Z$/, 'Z'),
          source: { component: 'podmedic' },
          reportingComponent: 'podmedic',
          reportingInstance: options.instance,
        },
      });
      return 'created';
    } catch (thrown) {
      const { code } = toAppError(thrown);
      if (code === 'API_CONFLICT') return 'exists';
      if (code === 'API_FORBIDDEN') return 'forbidden';
      throw thrown;
    }
  };
}
