import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { httpCall } from './http-call.ts';
import { makeSeedPod } from './seed-pod.ts';

export interface SeedOptions {
  readonly count: number;
  /** Pods are dealt to these in turn; the namespaces are written too. */
  readonly namespaces: readonly string[];
  /** Changes the n-th pod, such as its status; the result is stored as JSON. */
  readonly change?: (pod: SeedPod, index: number) => object;
}

/** etcd's limit for one transaction is 128 operations and 1.5 MiB (etcd's `--max-txn-ops`, `--max-request-bytes`). */
const putsPerTransaction = 100;
const parallelTransactions = 4;

/** The pod that seedPods would write. */
export type SeedPod = ReturnType<typeof makeSeedPod>;

/**
 * Writes running, healthy pods of about 8.2 KB straight into etcd through its HTTP gateway: 100,000 in
 * half a minute. To be called before the API server starts (`beforeApiServer` of startControlPlane).
 */
export async function seedPods(etcdUrl: string, options: SeedOptions): Promise<void> {
  const { count, namespaces, change = (pod: SeedPod): object => pod } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: parallelTransactions });
  const put = (key: string, object: object): object => ({
    requestPut: { key: base64(key), value: base64(JSON.stringify(object)) },
  });
  const write = async (puts: readonly object[]): Promise<void> => {
    const body = JSON.stringify({ success: puts });
    const answer = await httpCall({ url: `${etcdUrl}/v3/kv/txn`, method: 'POST', body, agent, timeoutMs: 60_000 });
    if (answer.status !== 200) throw new Error(`etcd refuses pods: ${answer.status} ${answer.body.slice(0, 300)}`);
  };
  await write(namespaces.map((name) => put(`/registry/namespaces/${name}`, makeNamespace(name))));

  let next = 0;
  const writeSome = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(from + putsPerTransaction, count);
      const puts = Array.from({ length: next - from }, (_, offset) => {
        const index = from + offset;
        const pod = makeSeedPod(index, namespaces[index % namespaces.length] ?? 'default');
        return put(`/registry/pods/${pod.metadata.namespace}/${pod.metadata.name}`, change(pod, index));
      });
      await write(puts);
    }
  };
  await Promise.all(Array.from({ length: parallelTransactions }, writeSome));
  agent.destroy();
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function makeNamespace(name: string): object {
  const metadata = { name, uid: randomUUID(), creationTimestamp: new Date().toISOString().replace(/\.\d+/, '') };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata,
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
