import type {
  KubeContainer,
  KubeEnvVar,
  KubePodSpec,
  KubePodTemplate,
  KubeProbe,
  KubeVolume,
} from '../model/kube-objects.ts';
import { volumeLabel } from './mounts.ts';
import { safeValue } from './safe-value.ts';

/**
 * How the later of two pod templates differs, one short phrase each, the telling ones first: `image 1.4.1 → 1.5.0`,
 * `env REGION removed`, `memory limit 512Mi → 64Mi`. Values that may be credentials are not shown.
 */
export function templateDiff(before: KubePodTemplate, after: KubePodTemplate): readonly string[] {
  const [old, now] = [before.spec ?? {}, after.spec ?? {}];
  const several = containers(now).length > 1;
  const phrases: string[] = [];
  for (const container of containers(now)) {
    const former = containers(old).find((one) => one.name === container.name);
    const prefix = several ? `${container.name ?? ''}: ` : '';
    if (former === undefined) phrases.push(`container ${container.name ?? ''} added`);
    else phrases.push(...containerDiff(former, container).map((phrase) => prefix + phrase));
  }
  for (const former of containers(old)) {
    if (!containers(now).some((one) => one.name === former.name))
      phrases.push(`container ${former.name ?? ''} removed`);
  }
  phrases.push(...volumesDiff(old.volumes ?? [], now.volumes ?? []));
  for (const [field, words] of podFields) {
    if (!same(old[field], now[field])) phrases.push(changed(words, text(old[field]), text(now[field])));
  }
  return phrases;
}

const podFields: readonly (readonly [field: keyof KubePodSpec, words: string])[] = [
  ['serviceAccountName', 'service account'],
  ['priorityClassName', 'priority class'],
  ['schedulerName', 'scheduler'],
  ['nodeSelector', 'node selector'],
  ['affinity', 'affinity'],
  ['tolerations', 'tolerations'],
  ['topologySpreadConstraints', 'topology spread'],
  ['readinessGates', 'readiness gates'],
  ['imagePullSecrets', 'image pull secrets'],
  ['securityContext', 'pod security context'],
  ['hostNetwork', 'host network'],
  ['dnsPolicy', 'DNS policy'],
  ['restartPolicy', 'restart policy'],
  ['terminationGracePeriodSeconds', 'grace period'],
];

function containers(spec: KubePodSpec): readonly KubeContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}

function containerDiff(old: KubeContainer, now: KubeContainer): string[] {
  const phrases: string[] = [];
  if (old.image !== now.image) phrases.push(imageDiff(old.image ?? '', now.image ?? ''));
  phrases.push(...wordsDiff('command', old.command, now.command), ...wordsDiff('arguments', old.args, now.args));
  phrases.push(...environmentDiff(old, now));
  for (const kind of ['limits', 'requests'] as const) {
    const [former, present] = [old.resources?.[kind] ?? {}, now.resources?.[kind] ?? {}];
    for (const resource of new Set([...Object.keys(former), ...Object.keys(present)])) {
      if (former[resource] !== present[resource])
        phrases.push(changed(`${resource} ${kind.slice(0, -1)}`, former[resource], present[resource]));
    }
  }
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
    phrases.push(...probeDiff(probe, old[probe], now[probe]));
  phrases.push(...mountsDiff(old, now));
  if (old.imagePullPolicy !== now.imagePullPolicy)
    phrases.push(changed('imagePullPolicy', old.imagePullPolicy, now.imagePullPolicy));
  if (old.workingDir !== now.workingDir) phrases.push(changed('working directory', old.workingDir, now.workingDir));
  if (!same(old.lifecycle, now.lifecycle)) phrases.push('hooks changed');
  if (!same(old.securityContext, now.securityContext)) phrases.push('security context changed');
  if (!same(old.ports, now.ports)) phrases.push('ports changed');
  return phrases;
}

function imageDiff(old: string, now: string): string {
  const [before, after] = [splitImage(old), splitImage(now)];
  return before.repository === after.repository
    ? changed('image', before.version, after.version)
    : changed('image', old, now);
}

function splitImage(image: string): { readonly repository: string; readonly version: string } {
  const end = image.includes('@') ? image.indexOf('@') : image.lastIndexOf(':');
  if (end <= image.lastIndexOf('/')) return { repository: image, version: 'latest' };
  return { repository: image.slice(0, end), version: image.slice(end + 1, end + 26) };
}

function wordsDiff(what: string, old: readonly string[] = [], now: readonly string[] = []): string[] {
  if (same(old, now)) return [];
  const differing = now.findIndex((word, index) => word !== old[index]);
  const [before, after] = [old[differing], now[differing]];
  // One changed word says more than "changed"; what stands after a flag like --password is not shown.
  if (old.length !== now.length || before === undefined || after === undefined) return [`${what} changed`];
  const name = `${now[differing - 1] ?? ''} ${before}`;
  const shown = [safeValue(name, before), safeValue(name, after)];
  if (
    shown[0] === undefined ||
    shown[1] === undefined ||
    now.slice(differing + 1).some((word, index) => word !== old[differing + 1 + index])
  )
    return [`${what} changed`];
  return [changed(what, shown[0], shown[1])];
}

function environmentDiff(old: KubeContainer, now: KubeContainer): string[] {
  const [before, after] = [byName(old.env), byName(now.env)];
  const phrases: string[] = [];
  for (const [name, variable] of after) {
    const former = before.get(name);
    if (former === undefined) phrases.push(`env ${name} added`);
    else if (!same(former, variable)) phrases.push(variableDiff(name, former, variable));
  }
  for (const name of before.keys()) if (!after.has(name)) phrases.push(`env ${name} removed`);
  if (!same(old.envFrom, now.envFrom)) phrases.push('envFrom changed');
  return phrases;
}

function variableDiff(name: string, old: KubeEnvVar, now: KubeEnvVar): string {
  const source = now.valueFrom?.secretKeyRef ?? now.valueFrom?.configMapKeyRef;
  if (source !== undefined) {
    const kind = now.valueFrom?.secretKeyRef === undefined ? 'ConfigMap' : 'Secret';
    return `env ${name} now from ${kind} ${source.name ?? ''} (key ${source.key ?? ''})`;
  }
  const [before, after] = [safeValue(name, old.value ?? ''), safeValue(name, now.value ?? '')];
  return before === undefined || after === undefined || old.valueFrom !== undefined
    ? `env ${name} changed`
    : changed(`env ${name}`, before || '(empty)', after || '(empty)');
}

function byName(env: readonly KubeEnvVar[] = []): ReadonlyMap<string, KubeEnvVar> {
  return new Map(env.map((variable) => [variable.name ?? '', variable]));
}

function probeDiff(name: string, old: KubeProbe | undefined, now: KubeProbe | undefined): string[] {
  if (same(old, now)) return [];
  if (old === undefined) return [`${name} added`];
  if (now === undefined) return [`${name} removed`];
  const parts: (readonly [words: string, old: unknown, now: unknown])[] = [
    ['port', portOf(old), portOf(now)],
    ['path', old.httpGet?.path, now.httpGet?.path],
    ['timeoutSeconds', old.timeoutSeconds, now.timeoutSeconds],
    ['initialDelaySeconds', old.initialDelaySeconds, now.initialDelaySeconds],
    ['failureThreshold', old.failureThreshold, now.failureThreshold],
    ['periodSeconds', old.periodSeconds, now.periodSeconds],
  ];
  const told = parts.filter(([, before, after]) => !same(before, after));
  if (told.length === 0) return [`${name} changed`];
  return told.map(([words, before, after]) => changed(`${name} ${words}`, text(before), text(after)));
}

function portOf(probe: KubeProbe): unknown {
  return probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
}

function mountsDiff(old: KubeContainer, now: KubeContainer): string[] {
  const paths = (container: KubeContainer): string[] =>
    (container.volumeMounts ?? []).map(
      (mount) => `${mount.mountPath ?? ''}${mount.subPath ? ` (${mount.subPath})` : ''}`,
    );
  const [before, after] = [paths(old), paths(now)];
  return [
    ...after.filter((path) => !before.includes(path)).map((path) => `mount ${path} added`),
    ...before.filter((path) => !after.includes(path)).map((path) => `mount ${path} removed`),
  ];
}

function volumesDiff(old: readonly KubeVolume[], now: readonly KubeVolume[]): string[] {
  const phrases: string[] = [];
  for (const volume of now) {
    const former = old.find((one) => one.name === volume.name);
    if (former !== undefined && !same(former, volume)) {
      const labels = [volumeLabel(former), volumeLabel(volume)];
      phrases.push(
        labels[0] === labels[1]
          ? `${labels[1] ?? ''} mounted otherwise`
          : changed(`volume ${volume.name ?? ''}`, labels[0], labels[1]),
      );
    }
    if (former === undefined) phrases.push(`${volumeLabel(volume)} added`);
  }
  for (const former of old) {
    if (!now.some((one) => one.name === former.name)) phrases.push(`${volumeLabel(former)} removed`);
  }
  return phrases;
}

function changed(what: string, old: string | undefined, now: string | undefined): string {
  if (old === undefined || old === '')
    return now === undefined || now === '' ? `${what} changed` : `${what} set to ${now}`;
  return now === undefined || now === '' ? `${what} removed (was ${old})` : `${what} ${old} → ${now}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

// Templates come from the same encoder, so keys stand in the same order.
function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
