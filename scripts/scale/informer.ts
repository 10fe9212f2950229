// node informer.ts: the stock informer of @kubernetes/client-node over all pods of $KUBECONFIG, for comparison. It prints a
// line when its list is complete, and stays.
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CoreV1Api);
const startedAtMs = performance.now();
let pods = 0;
let lastAddMs = startedAtMs;
const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
informer.on('add', () => {
  pods += 1;
  lastAddMs = performance.now();
});
informer.on('error', (error: unknown) => console.error(error));
await informer.start();
console.log(JSON.stringify({ pods, seconds: (lastAddMs - startedAtMs) / 1000 }));
setInterval(() => undefined, 60_000);
