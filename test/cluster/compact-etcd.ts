import { httpCall } from './http-call.ts';

/**
 * Throws away etcd's history before its present revision: a watch that asks for older changes is answered
 * 410 Gone, once the API server's own cache no longer has them (a restart of it empties that cache).
 */
export async function compactEtcd(etcdUrl: string): Promise<void> {
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await httpCall({ url: etcdUrl + path, method: 'POST', body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`etcd ${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
    return answer.body;
  };
  const range = await post('/v3/kv/range', { key: Buffer.from('/').toString('base64') });
  const { revision } = (JSON.parse(range) as { header: { revision: string } }).header;
  await post('/v3/kv/compaction', { revision, physical: true });
}
