import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * A registry from which nothing can be pulled. The first part of an image's name says how it fails:
 * `localhost:PORT/404/app:1` has no manifest, and so on. (containerd speaks plain HTTP to localhost.)
 */
export const registryFailures = ['401', '403', '404', '429', '500', 'hang', 'other-platform'] as const;

export type RegistryFailure = (typeof registryFailures)[number];

const codes: Readonly<Record<string, { readonly code: string; readonly message: string }>> = {
  '401': { code: 'UNAUTHORIZED', message: 'authentication required' },
  '403': { code: 'DENIED', message: 'requested access to the resource is denied' },
  '404': { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
  '429': { code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit' },
  '500': { code: 'UNKNOWN', message: 'internal server error' },
};

/** Starts the registry; port 0 takes a free one. */
export function startRegistry(port: number): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '0.0.0.0', () => resolve(server));
  });
}

/** Paths: the distribution specification, https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const failure = /^\/(?:v2|token)\/([^/]+)/.exec(url.pathname)?.[1] ?? '404';
  if (failure === 'hang') return; // until the client gives up
  if (failure === 'other-platform') {
    const manifest = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: 2,
      digest: `sha256:${'0'.repeat(64)}`,
    };
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ ...manifest, platform: { architecture: 's390x', os: 'linux' } }],
    };
    send(request, response, 200, index.mediaType, index);
    return;
  }
  const error = codes[failure] ?? { code: 'NAME_UNKNOWN', message: 'repository name not known to registry' };
  const status = codes[failure] === undefined ? 404 : Number(failure);
  if (failure === '401') {
    const realm = `http://${request.headers.host ?? 'localhost'}/token/401`;
    response.setHeader('www-authenticate', `Bearer realm="${realm}",service="registry"`);
  }
  if (failure === '429') response.setHeader('retry-after', '60');
  send(request, response, status, 'application/json', { errors: [error] });
}

function send(request: IncomingMessage, response: ServerResponse, status: number, type: string, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

// Run as a program, it is the registry of a cluster: node registry.ts PORT
if (process.argv[1] === import.meta.filename) await startRegistry(Number(process.argv[2]));
