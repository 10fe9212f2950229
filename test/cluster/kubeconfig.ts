import { writeFileSync } from 'node:fs';

export interface KubeconfigFacts {
  readonly server: string;
  /** Certificates to trust, PEM. */
  readonly caPem: string;
  readonly token?: string;
  /** File with the token; clients read it again when it changes. */
  readonly tokenFile?: string;
  /** Name to expect in the server's certificate, for a proxy in between (`localhost` is always in it). */
  readonly tlsServerName?: string;
  /** Default namespace of the context. */
  readonly namespace?: string;
}

/** Writes a kubeconfig (as JSON, which is YAML) with one context named `podmedic-test`. */
export function writeKubeconfig(file: string, facts: KubeconfigFacts): void {
  const name = 'podmedic-test';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: facts.server,
          'certificate-authority-data': Buffer.from(facts.caPem).toString('base64'),
          'tls-server-name': facts.tlsServerName,
        },
      },
    ],
    users: [{ name, user: { token: facts.token, tokenFile: facts.tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: facts.namespace } }],
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}
