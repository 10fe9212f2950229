import type { Finding, Rule } from '../rule.ts';
import {
  checkRegistry,
  credentials,
  imageRule,
  nodeWords,
  otherImage,
  platformOf,
  pullMessages,
  pullPolicy,
  pullSecretCites,
  pullSecretWords,
  subject,
  validName,
  withoutPlaceholder,
} from './image-pull.ts';
import { imageOf, splitReference } from './image-reference.ts';
import { setImage } from '../kubectl.ts';
import { containerWords, messageRule } from './message-rule.ts';
import type { Message, Said } from './message-rule.ts';
import type { CaseView } from '../case-view.ts';

/** Every way in which an image does not come; the first that fits speaks, so the particular stand before the general. */
export const imageRules: readonly Rule[] = [
  imageRule({
    id: 'never-pull',
    pattern: /is not present with pull policy of Never|ErrImageNeverPull/u,
    cause: (pull) =>
      `${subject(pull)} is not present on the node${nodeWords(pull.view)} and imagePullPolicy is Never, so kubelet does not pull it (ErrImageNeverPull).`,
    fixes: (pull) => [...pullPolicy(pull), { summary: `Load ${pull.image} onto the node` }],
  }),
  imageRule({
    id: 'invalid-name',
    pattern:
      /InvalidImageName|[Ff]ailed to apply default image tag|couldn't parse image (?:name|reference)|invalid reference format/u,
    cause: (pull) =>
      `${subject(pull)} is not a valid image name (InvalidImageName, invalid reference format${/[A-Z]/u.test(pull.reference.name) ? ': the repository name must be lowercase' : ''}), so nothing can be pulled.`,
    fixes: (pull) => validName(pull),
  }),
  imageRule({
    id: 'unqualified-short-name',
    pattern: /short[- ]name (?:mode is enforcing|"[^"]{1,255}" did not resolve)/u,
    cause: (pull) =>
      `${subject(pull)} is a short name without a registry, which the node's container runtime does not resolve (short-name resolution: no unqualified-search registries).`,
    fixes: (pull) =>
      pull.container === undefined
        ? []
        : [
            {
              summary: 'Name the registry too',
              command: setImage(pull.view.target, pull.container, `docker.io/${pull.image}`),
            },
          ],
  }),
  imageRule({
    id: 'wrong-platform',
    pattern:
      /no match for platform in manifest|no matching manifest for (\S{1,40})|no image found in (?:manifest list|image index) for architecture "?(\w{1,20})|does not match the specified platform|image operating system "?\w{1,20}"? cannot be used/u,
    cause: (pull, match) => {
      const wanted = match[1] ?? match[2] ?? platformOf(pull.view);
      return `${subject(pull)} exists, but not for the node's platform${wanted === undefined ? '' : ` ${wanted}`}: no match for platform in manifest (wrong architecture).`;
    },
    fixes: (pull) => [
      ...otherImage(
        pull,
        `Use an image built for ${platformOf(pull.view) ?? "the node's platform"} (or a multi-platform one)`,
      ),
      { summary: 'Or schedule the pod to a node of the right architecture by the node label kubernetes.io/arch' },
    ],
  }),
  imageRule({
    id: 'rate-limit',
    pattern: /429 Too Many Requests|toomanyrequests|rate limit|pull QPS exceeded/iu,
    cause: (pull) =>
      `The registry ${pull.reference.registry} refuses the pull of image ${pull.image} (${pull.who}) because too many were made: rate limit, 429 Too Many Requests.`,
    fixes: (pull) => [
      { summary: 'Wait until the limit is over: kubelet retries by itself' },
      ...(pull.view.podSpec?.imagePullSecrets === undefined ? credentials(pull).slice(0, 1) : []),
      { summary: `Pull through a mirror or cache instead of ${pull.reference.registry}` },
    ],
  }),
  imageRule({
    id: 'unauthorized',
    pattern:
      /401 Unauthorized|unauthorized|authentication required|no basic auth credentials|invalid username\/password|authorization token has expired|failed to authorize/iu,
    cause: (pull) =>
      `The registry ${pull.reference.registry} wants authentication for image ${pull.image} (${pull.who}): 401 Unauthorized (missing or wrong credentials: ${pullSecretWords(pull)}).`,
    fixes: credentials,
    cites: pullSecretCites,
  }),
  imageRule({
    id: 'denied',
    pattern:
      /403 Forbidden|access denied|access to the resource is denied|\bdenied: |insufficient_scope|AccessDenied/iu,
    cause: (pull, match) =>
      match[0] === '403 Forbidden'
        ? `The registry ${pull.reference.registry} denies access to image ${pull.image} (${pull.who}): 403 Forbidden, ${pullSecretWords(pull)}.`
        : `The registry ${pull.reference.registry} denies access to image ${pull.image} (${pull.who}): pull access denied, so it is private (${pullSecretWords(pull)}) or the name is wrong.`,
    fixes: (pull) => [...credentials(pull), ...otherImage(pull, 'Or correct the name of the image')],
    cites: pullSecretCites,
  }),
  imageRule({
    id: 'server-error',
    pattern: /\b(5\d\d) ([A-Z][A-Za-z ]{3,40}[a-z])/u,
    cause: (pull, match) =>
      `The registry ${pull.reference.registry} itself fails with ${match[1] ?? ''} ${match[2] ?? ''} when image ${pull.image} (${pull.who}) is pulled: a server error of the registry.`,
    fixes: (pull) => [
      checkRegistry(
        pull.reference.registry,
        'Repair the registry (its storage, its backend); kubelet retries by itself',
      ),
    ],
  }),
  imageRule({
    id: 'registry-unresolved',
    pattern:
      /lookup ([^\s:]{1,253})(?: on (\S{1,60}))?:? ?.{0,60}?(no such host|server misbehaving|i\/o timeout|Temporary failure|connection refused)/u,
    cause: (pull, match) =>
      `The node cannot resolve the registry host ${match[1] ?? pull.reference.registry} (DNS lookup${match[2] === undefined ? '' : ` at ${match[2].replace(/:$/u, '')}`}: ${match[3] ?? ''}), so image ${pull.image} (${pull.who}) cannot be pulled.`,
    fixes: (pull) => [
      ...otherImage(pull, 'Correct the registry host of the image, if it is misspelt').map(withoutPlaceholder),
      checkRegistry(pull.reference.registry, "Make the name known to the node's DNS resolver"),
    ],
  }),
  imageRule({
    id: 'registry-refused',
    pattern:
      /dial tcp (?:\[?([^\s\]]{1,60}?)\]?:(\d{1,5})): connect: (connection refused|no route to host|network is unreachable)/u,
    cause: (pull, match) =>
      `The registry ${pull.reference.registry} cannot be reached at ${match[1] ?? ''}:${match[2] ?? ''}: ${match[3] ?? ''}${match[3] === 'connection refused' ? ' (nothing listens there)' : ''}, so image ${pull.image} (${pull.who}) cannot be pulled.`,
    fixes: (pull) => [
      checkRegistry(pull.reference.registry, 'Start the registry, or correct host and port in the name of the image'),
    ],
  }),
  imageRule({
    id: 'http-https-mismatch',
    pattern: /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/u,
    cause: (pull) =>
      `The registry ${pull.reference.registry} speaks plain HTTP, but the node asks for image ${pull.image} (${pull.who}) by HTTPS (TLS): server gave HTTP response to HTTPS client.`,
    fixes: (pull) => [
      checkRegistry(
        pull.reference.registry,
        'Give the registry TLS, or name it as a plain-HTTP host in the container runtime (containerd: certs.d/HOST/hosts.toml)',
      ),
    ],
  }),
  imageRule({
    id: 'registry-certificate',
    pattern:
      /(?:tls: [^\n]{0,60}?)?x509: ([^"\n]{1,200})|tls: (?:failed to verify certificate|bad certificate|handshake failure|unknown certificate)/u,
    cause: (pull, match) =>
      `The node does not accept the TLS certificate of the registry ${pull.reference.registry} (${pull.who}, image ${pull.image})${match[1] === undefined ? '' : `: x509: ${match[1].trim()}`}.`,
    fixes: (pull) => [
      checkRegistry(
        pull.reference.registry,
        "Renew the registry's certificate, or install its CA on the nodes (containerd: certs.d/HOST/hosts.toml)",
      ),
    ],
  }),
  imageRule({
    id: 'registry-timeout',
    pattern:
      /i\/o timeout|TLS handshake timeout|deadline exceeded|Client\.Timeout|request canceled|connection reset by peer|unexpected EOF|proxyconnect/iu,
    cause: (pull, match) =>
      `The registry ${pull.reference.registry} does not answer in time or breaks the connection (${match[0]}), so image ${pull.image} (${pull.who}) cannot be pulled: the pull timed out.`,
    fixes: (pull) => [
      checkRegistry(
        pull.reference.registry,
        'Check the way from the node to the registry: firewall, proxy, routing, load',
      ),
    ],
  }),
  imageRule({
    id: 'disk-full',
    pattern: /no space left on device|disk quota exceeded/u,
    cause: (pull) =>
      `The node${nodeWords(pull.view)} has no space left on device to store image ${pull.image} (${pull.who}): its disk is full.`,
    fixes: () => [
      {
        summary: "Free space in the container runtime's folder on the node (unused images, logs), or enlarge its disk",
      },
    ],
  }),
  imageRule({
    id: 'signature',
    pattern: /SignatureValidationFailed|[Ss]ignature (?:was required|validation)|Source image rejected/u,
    cause: (pull) =>
      `${subject(pull)} is rejected by the node's signature policy: a valid signature is required and missing.`,
    fixes: () => [{ summary: "Sign the image, or correct the node's signature policy (/etc/containers/policy.json)" }],
  }),
  imageRule({
    id: 'unsupported-format',
    pattern:
      /no longer supported|unsupported (?:manifest|media)|unexpected media type|mediaType in manifest|invalid tar header|unexpected commit digest|failed size validation/iu,
    cause: (pull, match) =>
      `${subject(pull)} has a format that the container runtime does not accept, or arrives damaged: ${match[0]}.`,
    fixes: () => [{ summary: 'Build and push the image again with a present tool (OCI or Docker schema 2)' }],
  }),
  imageRule({
    id: 'not-found',
    pattern:
      /manifest unknown|MANIFEST_UNKNOWN|name unknown|NAME_UNKNOWN|repository name not known|: not found|code = NotFound|404 Not Found|does not exist/u,
    cause: (pull) =>
      `${subject(pull)} does not exist in the registry: ${pull.reference.path}${pull.reference.digest ? '@' : ':'}${pull.reference.version} is not found at ${pull.reference.registry} (manifest unknown).`,
    fixes: (pull) => otherImage(pull, 'Use a tag that exists'),
  }),
  {
    id: 'image/still-pulling',
    rank: 'specific',
    kinds: ['VolumeMount', 'RolloutStuck'],
    explain: stillPulling,
  },
  messageRule({
    id: 'image/pull-fails',
    rank: 'general',
    messages: pullMessages,
    pattern: /(?:Failed to pull image|Back-off pulling image) "[^"]{1,500}": ?(?:ErrImagePull: )?([^\n]{4,600})/u,
    say: (match, view, message) => stillFails(view, message, match[1] ?? '', 'medium'),
  }),
  messageRule({
    id: 'image/back-off',
    rank: 'fallback',
    messages: pullMessages,
    pattern: /(?:Back-off pulling image|ErrImagePull|ImagePullBackOff|failed to pull)[^\n]{0,400}/iu,
    say: (match, view, message) => stillFails(view, message, match[0], 'low'),
  }),
];

// Until its first pull is over, kubelet does not even say that the sandbox is ready.
function stillPulling(view: CaseView): Finding | undefined {
  const own = view.events.filter(
    (event) =>
      event.involvedObject?.name === view.pod?.metadata?.name &&
      /^(?:Pulling|Pulled|Failed|FailedMount|FailedAttachVolume|FailedCreatePodSandBox|Started)$/u.test(
        event.reason ?? '',
      ),
  );
  const last = own.at(-1);
  const image = /^Pulling image "([^"]{1,500})"/u.exec(last?.message ?? '')?.[1];
  if (image === undefined || last?.reason !== 'Pulling') return undefined;
  const since = Date.parse(last.lastTimestamp ?? last.firstTimestamp ?? last.eventTime ?? '');
  const seconds = Math.round((view.file.nowMs - since) / 1000);
  const { registry } = splitReference(image);
  return {
    rootCause: `Image ${image} is still being pulled${seconds > 0 ? ` after ${String(seconds)} s` : ''}: registry ${registry} is slow, does not answer, or the image is very large.`,
    confidence: 'medium',
    cites: [{ source: 'event Pulling', text: last.message ?? '' }],
    fixes: [{ summary: `See from the node whether registry ${registry} answers` }],
  };
}

function stillFails(view: CaseView, message: Message, why: string, confidence: 'medium' | 'low'): Said {
  const container = message.container ?? view.container;
  const image = imageOf(message.text) ?? view.specOf(container ?? '')?.image ?? '';
  return {
    rootCause: `Image ${image} (${containerWords(view, container)}) cannot be pulled from ${splitReference(image).registry}: ${why.slice(0, 400)}`,
    confidence,
    fixes: [],
  };
}
