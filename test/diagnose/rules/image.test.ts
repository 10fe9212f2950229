import { describe, expect, test } from '@jest/globals';
import { splitReference } from '../../../src/diagnose/rules/image-reference.ts';
import { explain } from '../kube-case.ts';

const image = 'registry.example/shop:1';

/** What kubelet shows for a failed pull: with the reason in the status (1.30 and later), or only in an event (before). */
function pull(text: string, style: 'status' | 'event', more = {}) {
  const failed = { reason: 'Failed', message: `Failed to pull image "${image}": ${text}`, container: 'web' };
  const backOff = `Back-off pulling image "${image}"`;
  return explain({
    kind: 'ImagePull',
    waiting: {
      reason: 'ImagePullBackOff',
      message: style === 'status' ? `${backOff}: ErrImagePull: ${text}` : backOff,
    },
    events: [failed, { reason: 'Failed', message: 'Error: ImagePullBackOff', container: 'web' }],
    ...more,
  });
}

const containerd = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
const crio = `initializing source docker://${image}: `;

describe('image pulls', () => {
  test.each([
    [
      'not-found',
      `rpc error: code = NotFound desc = ${containerd}${image}: not found`,
      ['does not exist', 'shop:1', 'registry.example'],
    ],
    [
      'not-found',
      `rpc error: code = Unknown desc = reading manifest 1 in registry.example/shop: manifest unknown`,
      ['not found', 'shop:1'],
    ],
    [
      'not-found',
      `rpc error: code = Unknown desc = ${crio}reading manifest 1 in registry.example/shop: name unknown: repository name not known to registry`,
      ['does not exist'],
    ],
    [
      'unauthorized',
      `${containerd}pulling from host registry.example failed with status code [manifests 1]: 401 Unauthorized`,
      ['401', 'imagePullSecrets', 'credentials'],
    ],
    [
      'unauthorized',
      `${containerd}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example/token: 401 Unauthorized`,
      ['401 Unauthorized'],
    ],
    [
      'unauthorized',
      `rpc error: code = Unknown desc = ${crio}unable to retrieve auth token: invalid username/password: unauthorized: incorrect`,
      ['authentication'],
    ],
    [
      'unauthorized',
      `rpc error: code = Unknown desc = Error response from daemon: Head "https://123.dkr.ecr.eu-west-1.amazonaws.com/v2/x": no basic auth credentials`,
      ['authentication'],
    ],
    [
      'denied',
      `${containerd}pulling from host registry.example failed with status code [manifests 1]: 403 Forbidden`,
      ['403 Forbidden', 'denies access'],
    ],
    [
      'denied',
      `${containerd}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
      ['access denied'],
    ],
    [
      'denied',
      `rpc error: code = Unknown desc = ${crio}reading manifest 1 in registry.example/shop: requested access to the resource is denied`,
      ['denied'],
    ],
    [
      'rate-limit',
      `${containerd}unexpected status from HEAD request to https://registry-1.docker.io/v2/x/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
      ['429', 'rate limit'],
    ],
    [
      'server-error',
      `${containerd}unexpected status from HEAD request to https://registry.example/v2/shop/manifests/1: 503 Service Unavailable`,
      ['503 Service Unavailable', 'registry.example'],
    ],
    [
      'registry-unresolved',
      `${containerd}failed to do request: Head "https://registry.example/v2/shop/manifests/1": dial tcp: lookup registry.example on 10.0.0.10:53: server misbehaving`,
      ['registry.example', 'cannot resolve', 'DNS'],
    ],
    [
      'registry-unresolved',
      `${containerd}failed to do request: Head "https://registry.example/v2/": dial tcp: lookup registry.example: Temporary failure in name resolution`,
      ['cannot resolve'],
    ],
    [
      'registry-refused',
      `rpc error: code = Unknown desc = ${crio}pinging container registry registry.example: Get "https://registry.example/v2/": dial tcp 10.1.2.3:443: connect: connection refused`,
      ['10.1.2.3:443', 'connection refused'],
    ],
    [
      'registry-refused',
      `${containerd}failed to do request: Head "https://registry.example/v2/": dial tcp [2001:db8::5]:443: connect: no route to host`,
      ['2001:db8::5', 'no route to host'],
    ],
    [
      'registry-timeout',
      `${containerd}failed to do request: Head "https://registry.example/v2/": dial tcp 10.1.2.3:443: i/o timeout`,
      ['i/o timeout', 'registry.example'],
    ],
    [
      'registry-timeout',
      `${containerd}failed to do request: Head "https://registry.example/v2/": net/http: TLS handshake timeout`,
      ['TLS handshake timeout'],
    ],
    [
      'http-https-mismatch',
      `${containerd}failed to do request: Head "https://registry.example/v2/": http: server gave HTTP response to HTTPS client`,
      ['plain HTTP', 'HTTPS'],
    ],
    [
      'registry-certificate',
      `${containerd}failed to do request: Head "https://registry.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      ['certificate signed by unknown authority'],
    ],
    [
      'registry-certificate',
      `${containerd}failed to do request: Head "https://registry.example/v2/": x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-12-01T00:00:00Z`,
      ['certificate has expired'],
    ],
    [
      'wrong-platform',
      `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`,
      ['platform', 'linux/amd64'],
    ],
    [
      'wrong-platform',
      `rpc error: code = Unknown desc = choosing image instance: no image found in manifest list for architecture arm64, variant "v8", OS linux`,
      ['arm64'],
    ],
    [
      'disk-full',
      `failed to pull and unpack image "${image}": failed to extract layer sha256:0: write /var/lib/containerd/x: no space left on device`,
      ['no space left on device', 'node-1'],
    ],
    [
      'unqualified-short-name',
      `rpc error: code = Unknown desc = short-name "${image}" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"`,
      ['short name'],
    ],
    [
      'signature',
      `SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists`,
      ['signature'],
    ],
    [
      'unsupported-format',
      `failed to pull and unpack image "${image}": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1`,
      ['no longer supported'],
    ],
    ['pull-fails', `rpc error: code = Unknown desc = something nobody has seen`, ['something nobody has seen']],
  ])('%s: %s', (rule, text, words) => {
    const cluster = [
      {
        kind: 'Node',
        metadata: { name: 'node-1' },
        status: { nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' } },
      },
    ];
    for (const style of ['status', 'event'] as const) {
      const answer = pull(text, style, { cluster });
      expect(answer.rule).toBe(`image/${rule}`);
      expect(answer.text).toContain(image);
      for (const word of words) expect(answer.text).toContain(word);
    }
  });

  test('names the invalid reference, and proposes the name in lower case', () => {
    const answer = explain({
      kind: 'ImagePull',
      container: { image: 'Shop/API:2' },
      waiting: {
        reason: 'InvalidImageName',
        message: `Failed to apply default image tag "Shop/API:2": couldn't parse image name "Shop/API:2": invalid reference format: repository name (library/Shop/API) must be lowercase`,
      },
    });
    expect(answer.rule).toBe('image/invalid-name');
    expect(answer.text).toContain('Shop/API:2');
    expect(answer.text).toContain('lowercase');
    expect(answer.commands).toEqual(['kubectl -n test set image deployment/shop web=shop/api:2']);
  });

  test('names the init container whose image is missing', () => {
    const answer = explain({
      kind: 'ImagePull',
      container: { name: 'seed', image },
      spec: { initContainers: [{ name: 'seed', image }], containers: [{ name: 'web', image: 'example/web:1' }] },
      waiting: {
        reason: 'ErrImagePull',
        message: `rpc error: code = NotFound desc = ${containerd}${image}: not found`,
      },
    });
    expect(answer.text).toContain('init container seed');
  });

  test('says when the pull secret itself is missing', () => {
    const answer = explain({
      kind: 'ImagePull',
      spec: { containers: [{ name: 'web', image }], imagePullSecrets: [{ name: 'regcred' }] },
      waiting: { reason: 'ErrImagePull', message: `${containerd}401 Unauthorized` },
      events: [
        {
          reason: 'FailedToRetrieveImagePullSecret',
          message:
            'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
        },
      ],
    });
    expect(answer.text).toContain('regcred');
    expect(answer.text).toContain('missing');
  });

  test('offers an image of the same repository that runs in the namespace', () => {
    const answer = pull(`${containerd}${image}: not found`, 'status', {
      neighbours: [
        {
          metadata: { name: 'other' },
          status: { containerStatuses: [{ name: 'a', ready: true, image: 'registry.example/shop:2.0' }] },
        },
      ],
    });
    expect(answer.commands).toEqual(['kubectl -n test set image deployment/shop web=registry.example/shop:2.0']);
  });
});

describe('names of images', () => {
  test.each([
    ['nginx', { registry: 'docker.io', name: 'nginx', version: 'latest', digest: false }],
    ['shop/api:1.2', { registry: 'docker.io', path: 'shop/api', version: '1.2' }],
    ['localhost:5000/a/b', { registry: 'localhost:5000', path: 'a/b', version: 'latest' }],
    ['ghcr.io/a/b:1@sha256:0123', { registry: 'ghcr.io', name: 'ghcr.io/a/b', version: 'sha256:0123', digest: true }],
  ])('%s', (text, parts) => {
    expect(splitReference(text)).toMatchObject(parts);
  });
});
