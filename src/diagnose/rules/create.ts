import { kubectl } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { volumeLabel } from '../mounts.ts';
import { containerPatch, createObject } from './proposed-commands.ts';
import { containerWords, eventMessages, failureMessages, messageRule, waitingMessages } from './message-rule.ts';
import type { Message } from './message-rule.ts';
import { correctKey, correctName } from './near-reference.ts';
import { usesOf } from './references.ts';

const reasons =
  /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|PreCreateHookError|PreStartHookError|PostStartHookError)$/u;

/** Why a container cannot be created: its waiting state, the failure, then events. */
export function createMessages(view: CaseView): readonly Message[] {
  const waiting = waitingMessages(view, reasons);
  const ended = view.status?.state?.terminated ?? view.status?.lastState?.terminated;
  const startError =
    ended?.reason === 'StartError' || ended?.reason === 'ContainerCannotRun' ? ended.message : undefined;
  if (waiting.length === 0 && view.failure.kind !== 'ConfigError' && startError === undefined) return [];
  const start =
    startError === undefined
      ? []
      : [{ source: `last state of container ${view.container ?? ''}`, text: startError, ...of(view) }];
  return [...waiting, ...start, ...failureMessages(view), ...eventMessages(view, 'Failed')];
}

function of(view: CaseView): { readonly container?: string } {
  return view.container === undefined ? {} : { container: view.container };
}

const kindWords: Readonly<Record<string, string>> = { configmap: 'ConfigMap', secret: 'Secret' };

const missingObject = messageRule({
  id: 'create/missing-object',
  rank: 'object',
  messages: createMessages,
  pattern: /\b(configmap|secret)s? "([^"]{1,253})" not found/iu,
  say: (match, view, message) => {
    const kind = kindWords[match[1]?.toLowerCase() ?? ''] ?? '';
    const name = match[2] ?? '';
    const who = containerWords(view, message.container ?? view.container);
    const uses = usesOf(view.podSpec, kind, name);
    const how =
      uses.length > 0
        ? ` (used by ${uses
            .map((use) => use.words)
            .slice(0, 3)
            .join(', ')})`
        : '';
    return {
      rootCause: `${kind} ${name} does not exist in namespace ${view.namespace} (not found); ${who} needs it${how} and cannot be created.`,
      confidence: 'high',
      fixes: [
        ...correctName(view, kind, name),
        createObject(view, kind, name, [...new Set(uses.flatMap((use) => use.key ?? []))]),
        { summary: `Or correct the name in the pod template of ${view.target.kind} ${view.target.name}` },
      ],
    };
  },
});

const missingKey = messageRule({
  id: 'create/missing-key',
  rank: 'object',
  messages: createMessages,
  pattern: /couldn't find key (\S{1,253}) in (ConfigMap|Secret) (?:([^\s/]{1,63})\/)?(\S{1,253})/u,
  say: (match, view, message) => {
    const [, key = '', kind = '', , name = ''] = match;
    const who = containerWords(view, message.container ?? view.container);
    const variable = usesOf(view.podSpec, kind, name).find((use) => use.key === key);
    const why = variable === undefined ? `${who} needs it` : `${who} needs it for ${variable.words}`;
    const add =
      kind === 'ConfigMap'
        ? kubectl(view.namespace, 'patch', `configmap/${name}`, '-p', JSON.stringify({ data: { [key]: 'REPLACE_ME' } }))
        : kubectl(
            view.namespace,
            'patch',
            `secret/${name}`,
            '-p',
            JSON.stringify({ stringData: { [key]: 'REPLACE_ME' } }),
          );
    return {
      rootCause: `${kind} ${name} has no key ${key} (couldn't find key): ${why} and cannot be created.`,
      confidence: 'high',
      fixes: [
        ...correctKey(view, kind, name, key),
        { summary: `Add the key ${key} to ${kind} ${name}`, command: add },
        { summary: `Or refer to a key that it has in ${view.target.kind} ${view.target.name}` },
      ],
    };
  },
});

interface SimpleRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly cause: (who: string, match: RegExpExecArray, view: CaseView) => string;
  readonly fixes?: (view: CaseView, container: string, match: RegExpExecArray) => readonly ProposedFix[];
  readonly rank?: Rule['rank'];
}

function createRule({ id, pattern, cause, fixes, rank = 'exact' }: SimpleRule): Rule {
  return messageRule({
    id: `create/${id}`,
    rank,
    messages: createMessages,
    pattern,
    say: (match, view, message) => {
      const container = message.container ?? view.container;
      return {
        rootCause: cause(containerWords(view, container), match, view),
        confidence: 'high',
        fixes: fixes?.(view, container ?? '', match) ?? [],
      };
    },
  });
}

function runAsUser(view: CaseView, container: string, uid: number | string): ProposedFix {
  return containerPatch(view, container, `Run ${container} as a numeric non-root user`, {
    securityContext: { runAsUser: uid },
  });
}

function subPathExpr(mount: object): string | undefined {
  const { subPathExpr: text } = mount as { readonly subPathExpr?: unknown };
  return typeof text === 'string' ? text : undefined;
}

function resourceOf(variable: object): string | undefined {
  const { valueFrom } = variable as {
    readonly valueFrom?: { readonly resourceFieldRef?: { readonly containerName?: string } };
  };
  return valueFrom?.resourceFieldRef?.containerName;
}

// Well-known uids of Debian's and common images' users (base-passwd; the images' own Dockerfiles).
const knownUids: Readonly<Record<string, number>> = {
  'www-data': 33,
  nobody: 65534,
  nonroot: 65532,
  node: 1000,
  nginx: 101,
  postgres: 999,
  redis: 999,
  grafana: 472,
};

/** Everything that keeps a container from being created or started, as kubelet and the runtimes say it. */
export const createRules: readonly Rule[] = [
  missingObject,
  missingKey,
  createRule({
    id: 'non-numeric-user',
    pattern: /runAsNonRoot and image has non-numeric user \(([^)]{1,100})\)/u,
    cause: (who, match) =>
      `runAsNonRoot is set for ${who}, but the image's user is the name ${match[1] ?? ''}, a non-numeric user that kubelet cannot verify to be non-root; runAsUser is not set.`,
    fixes: (view, container, match) => [runAsUser(view, container, knownUids[match[1] ?? ''] ?? 65534)],
  }),
  createRule({
    id: 'runs-as-root',
    pattern:
      /runAsNonRoot and image will run as root|runAsUser breaks non-root policy|runAsNonRoot and runAsUser is set to 0/u,
    cause: (who, _match, view) =>
      `runAsNonRoot is set for ${who}, but it would run as root (${userWords(view)}), so kubelet refuses to create it.`,
    fixes: (view, container) => [
      runAsUser(view, container, 65534),
      containerPatch(view, container, 'Or allow root for this container', { securityContext: { runAsNonRoot: false } }),
    ],
  }),
  createRule({
    id: 'no-command',
    pattern: /no command specified|No command specified/u,
    cause: (who, _match, view) =>
      `The image${imageWords(view)} has no ENTRYPOINT or CMD and the pod spec gives ${who} no command: no command specified (CreateContainerError).`,
    fixes: (view, container) => [
      containerPatch(view, container, 'Give the container a command', { command: ['REPLACE_ME'] }),
      { summary: 'Or set ENTRYPOINT or CMD in the image' },
    ],
  }),
  createRule({
    id: 'environment-file',
    pattern: /environment variable key "([^"]{1,253})" not found in file "([^"]{1,400})"|couldn't parse env file/u,
    cause: (who, match) =>
      match[1] === undefined
        ? `The file that ${who} takes its environment from (fileKeyRef) cannot be parsed.`
        : `The file ${match[2]?.split('/').at(-1) ?? ''} that ${who} takes its environment from has no key ${match[1]} (not found).`,
    fixes: () => [{ summary: 'Correct the file that an earlier container writes, or the key in fileKeyRef' }],
  }),
  createRule({
    id: 'sub-path',
    pattern:
      /failed to (?:prepare|create) subPath(?: directory)? for volumeMount "([^"]{1,63})" of container "([^"]{1,63})"/u,
    cause: (who, match, view) => {
      const mount = view.specOf(match[2] ?? '')?.volumeMounts?.find((one) => one.name === match[1] && one.subPath);
      return `The subPath ${mount?.subPath ?? ''} of ${volumeWords(view, match[1] ?? '')} cannot be prepared for ${who} (mounted at ${mount?.mountPath ?? ''}): failed to prepare subPath, it does not exist there or leads outside the volume.`;
    },
    fixes: () => [{ summary: 'Correct subPath of the volumeMount, or make the file in the volume' }],
  }),
  createRule({
    id: 'sub-path-variable',
    pattern: /missing value for ([\w.-]{1,100})$/u,
    cause: (who, match, view) => {
      const mount = view.spec?.volumeMounts?.find((one) => subPathExpr(one)?.includes(`$(${match[1] ?? ''})`) === true);
      return `Environment variable ${match[1] ?? ''} of ${who} is not set (missing value), but ${mount === undefined ? 'a subPathExpr' : `subPathExpr ${subPathExpr(mount) ?? ''} of volumeMount ${mount.name ?? ''}`} uses it.`;
    },
    fixes: (view, container, match) => [
      containerPatch(view, container, `Set ${match[1] ?? ''} in the container's env`, {
        env: [{ name: match[1], value: 'REPLACE_ME' }],
      }),
      { summary: 'Or correct the name of the variable in subPathExpr' },
    ],
  }),
  createRule({
    id: 'resource-of-container',
    pattern: /^container (\S{1,63}) not found$/u,
    cause: (who, match, view) => {
      const names = view.containers.map((one) => one.name ?? '').join(', ');
      const variable = view.spec?.env?.find((one) => resourceOf(one) === match[1])?.name;
      return `${variable === undefined ? 'A resourceFieldRef' : `Environment variable ${variable}`} of ${who} takes a resource of container ${match[1] ?? ''} (resourceFieldRef containerName), which does not exist: container ${match[1] ?? ''} not found; the pod has ${names}.`;
    },
    fixes: (view, container, match) => {
      const variable = view.spec?.env?.find((one) => resourceOf(one) === match[1]);
      const from = variable?.valueFrom as { readonly resourceFieldRef?: object } | undefined;
      return variable === undefined
        ? [{ summary: 'Correct containerName of the resourceFieldRef' }]
        : [
            containerPatch(view, container, `Take it from container ${container}`, {
              env: [
                {
                  name: variable.name,
                  valueFrom: { resourceFieldRef: { ...from?.resourceFieldRef, containerName: container } },
                },
              ],
            }),
          ];
    },
  }),
  createRule({
    id: 'mount-type',
    pattern:
      /error mounting "([^"]{1,400})" to rootfs at "([^"]{1,400})"[^\n]{0,300}?(not a directory|is a directory)/u,
    cause: (who, match, view) => {
      const mount = view.mountAt(match[2] ?? '');
      return `${who[0]?.toUpperCase() ?? ''}${who.slice(1)} mounts ${mount === undefined ? 'a volume' : `${mount.label}${mount.subPath === undefined ? '' : ` (subPath ${mount.subPath})`}`} at ${match[2] ?? ''}: ${match[3] ?? ''}, a directory is mounted onto a file or a file onto a directory.`;
    },
    fixes: (_view, _container, match) => [
      {
        summary: `Mount a directory onto a directory and a single file by subPath (mountPath ${match[2] ?? ''}); the subPath must name a file that is in the volume`,
      },
    ],
  }),
  createRule({
    id: 'mount-on-read-only',
    pattern: /error mounting "[^"]{1,400}" to rootfs at "([^"]{1,400})"[^\n]{0,400}?read-only file system/u,
    cause: (who, match) =>
      `The mount point ${match[1] ?? ''} of ${who} cannot be made: read-only file system (another read-only volume is mounted above it).`,
    fixes: () => [
      { summary: 'Mount beside the read-only volume instead of inside it, or put the mount point into that volume' },
    ],
  }),
  createRule({
    id: 'host-path-missing',
    pattern:
      /(?:failed to (?:generate|create)[^\n]{0,120}?)?(?:failed to stat|lstat|stat) "?(\/[^"\s:]{0,400})"?: no such file or directory/u,
    cause: (who, match, view) =>
      isExecutable(match, view)
        ? `The command ${match[1] ?? ''} of ${who} does not exist in the image: no such file or directory.`
        : `The path ${match[1] ?? ''} that ${who} mounts does not exist on the node: no such file or directory.`,
    fixes: () => [{ summary: 'Correct the path' }],
    rank: 'specific',
  }),
  createRule({
    id: 'unknown-user',
    pattern: /unable to find (user|group) (\S{1,64}): no matching entries in (?:passwd|group) file/u,
    cause: (who, match, view) =>
      `The ${match[1] ?? ''} ${match[2] ?? ''} that ${who} is to run as does not exist in the image${imageWords(view)}: no matching entries in ${match[1] === 'user' ? 'passwd' : 'group'} file.`,
    fixes: (view, container) => [
      containerPatch(view, container, 'Run as a numeric uid', { securityContext: { runAsUser: 1000 } }),
      { summary: 'Or add the user to the image' },
    ],
  }),
  createRule({
    id: 'security-profile',
    pattern:
      /(AppArmor|apparmor|seccomp)[^\n]{0,300}?(?:not (?:supported|found|loaded)|no such file|is not enabled|(?:unable to|cannot) load)[^\n]{0,120}/u,
    cause: (who, match) =>
      `The ${/seccomp/iu.test(match[1] ?? '') ? 'seccomp' : 'AppArmor'} profile of ${who} cannot be loaded on the node: ${match[0].slice(0, 200)}.`,
    fixes: () => [{ summary: 'Install the profile on the nodes, or use RuntimeDefault' }],
  }),
  createRule({
    id: 'capability',
    pattern: /unknown capability "?(\w{1,40})"?/iu,
    cause: (who, match) =>
      `${who} asks for the capability ${match[1] ?? ''}, which is unknown to the container runtime.`,
  }),
  createRule({
    id: 'device-missing',
    pattern: /error gathering device information[^\n]{0,200}?"([^"]{1,200})"[^\n]{0,80}/u,
    cause: (who, match) => `The device ${match[1] ?? ''} that ${who} needs does not exist on the node.`,
  }),
  createRule({
    id: 'runtime-hangs',
    pattern: /context deadline exceeded|is reserved for "?[0-9a-f]{12,64}|DeadlineExceeded/u,
    cause: (who, match, view) =>
      `The container runtime on node ${view.pod?.spec?.nodeName ?? ''} does not create ${who} in time (${match[0].slice(0, 60)}): the node is overloaded or its disk is slow.`,
    fixes: () => [{ summary: 'Look at the load and the disk of the node; restart its container runtime if it hangs' }],
    rank: 'specific',
  }),
  messageRule({
    id: 'create/fails',
    rank: 'general',
    messages: createMessages,
    pattern: /(?:Error: )?([^\n]{8,400})/u,
    say: (match, view, message) => ({
      rootCause: `The ${containerWords(view, message.container ?? view.container)} cannot be created or started: ${withoutIds(match[1] ?? '')}`,
      confidence: 'medium',
      fixes: [],
    }),
  }),
];

function withoutIds(text: string): string {
  return text.replace(/"?[0-9a-f]{64}"?/gu, '…');
}

function isExecutable(match: RegExpExecArray, view: CaseView): boolean {
  return view.spec?.command?.[0] === match[1] || match.input.slice(0, match.index).includes('exec: ');
}

function userWords(view: CaseView): string {
  const uid = view.spec?.securityContext?.runAsUser ?? view.podSpec?.securityContext?.runAsUser;
  return uid === undefined ? 'image will run as root: it sets no other USER' : `runAsUser ${uid}`;
}

function imageWords(view: CaseView): string {
  return view.spec?.image === undefined ? '' : ` ${view.spec.image}`;
}

function volumeWords(view: CaseView, name: string): string {
  const volume = view.podSpec?.volumes?.find((one) => one.name === name);
  return volume === undefined ? `volume ${name}` : volumeLabel(volume);
}
