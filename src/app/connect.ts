import type { ConfigSources, Config } from '../config/load.ts';
import { createConnection, type Connection } from '../kubernetes/connection.ts';

const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * How to reach the API server: KUBECONFIG and KUBE_CONTEXT first, then the service account of the pod that we run in, then
 * the kubeconfig in the user's home. Throws KUBECONFIG_INVALID with a sentence that says what to do.
 */
export function connect(
  config: Pick<Config, 'KUBECONFIG' | 'KUBE_CONTEXT'>,
  sources: Pick<ConfigSources, 'env'> & { readonly homeDir: string },
): Promise<Connection> {
  const host = sources.env.KUBERNETES_SERVICE_HOST;
  const port = sources.env.KUBERNETES_SERVICE_PORT;
  return createConnection({
    kubeconfig: config.KUBECONFIG,
    context: config.KUBE_CONTEXT,
    homeDir: sources.homeDir,
    inCluster:
      host === undefined || host === ''
        ? undefined
        : {
            host,
            port: port ?? '443',
            tokenFile: `${serviceAccountDir}/token`,
            caFile: `${serviceAccountDir}/ca.crt`,
            namespaceFile: `${serviceAccountDir}/namespace`,
          },
  });
}
