import type { KubeContainer } from '../../../model/kube-objects.ts';
import type { ObjectRef } from '../../../model/workload.ts';
import type { CaseView } from '../../case-view.ts';
import { jsonPatch, kubectl, rolloutRestart, setEnv } from '../../kubectl.ts';
import type { Hit, Reading } from '../../logs/sign.ts';
import type { Mount } from '../../mounts.ts';
import type { ProposedFix } from '../../rule.ts';

/** Kinds whose pod template can be changed in place. */
export function hasTemplate(target: ObjectRef): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'].includes(target.kind);
}

/** Sets an environment variable whose value only a person knows. */
export function setEnvFix(view: CaseView, name: string, value = 'REPLACE_ME'): ProposedFix {
  const summary =
    value === 'REPLACE_ME'
      ? `Set ${name} on container ${view.container ?? ''} (a value, or a key of a ConfigMap or Secret)`
      : `Set ${name} to ${value} on container ${view.container ?? ''}`;
  if (!hasTemplate(view.target) || view.container === undefined) {
    return { summary: `${summary} and create the ${view.target.kind} again` };
  }
  return { summary, command: setEnv(view.target, view.container, name, value) };
}

/** After the owner of a file or an object mended it: start the pods anew. */
export function restartFix(view: CaseView, summary: string): ProposedFix {
  const { target } = view;
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(target.kind)
    ? { summary, command: rolloutRestart(target) }
    : { summary };
}

/** ` (ConfigMap cart-config)`: the object that a file of the container comes from; '' when the image holds it. */
export function fileSource(view: CaseView, path: string): string {
  const mount = path.startsWith('/') ? view.mountAt(path) : undefined;
  return mount ? ` (${mount.label})` : '';
}

/** Where to mend a file: in its ConfigMap or Secret, else in the image. `what` says what to do, without the place. */
export function mendFileFix(view: CaseView, path: string, what: string): ProposedFix {
  const volume = (path.startsWith('/') ? view.mountAt(path) : onlyConfigMap(view))?.volume;
  if (volume?.configMap?.name !== undefined) {
    const name = volume.configMap.name;
    return { summary: `${what} in ConfigMap ${name}`, command: kubectl(view.namespace, 'edit', 'configmap', name) };
  }
  if (volume?.secret?.secretName !== undefined) return { summary: `${what} in Secret ${volume.secret.secretName}` };
  const mount = path.startsWith('/') ? view.mountAt(path) : undefined;
  return { summary: mount ? `${what} in ${mount.label}` : `${what} in the image, or mount it from a ConfigMap` };
}

/** The only ConfigMap that the container mounts, for messages that name no path. */
function onlyConfigMap(view: CaseView): Mount | undefined {
  const found = new Map<string, Mount>();
  for (const { mountPath } of view.spec?.volumeMounts ?? []) {
    const mount = mountPath === undefined ? undefined : view.mountAt(mountPath);
    if (mount?.volume.configMap) found.set(mount.label, mount);
  }
  return found.size === 1 ? [...found.values()][0] : undefined;
}

/** ` (ConfigMap cart-config)`: the only ConfigMap of the container, in words; '' when there is none or more than one. */
export function onlyConfigSource(view: CaseView): string {
  const mount = onlyConfigMap(view);
  return mount ? ` (${mount.label})` : '';
}

/** Replaces a part of a command word or an environment value in the pod template; undefined where that cannot be done. */
export function replaceWordFix(view: CaseView, from: string, to: string, summary: string): ProposedFix | undefined {
  const { target, container, spec } = view;
  if (!hasTemplate(target) || container === undefined) return undefined;
  const env = spec?.env?.find((one) => one.value?.includes(from) === true);
  if (env?.name !== undefined && env.value !== undefined) {
    return { summary, command: setEnv(target, container, env.name, env.value.replace(from, to)) };
  }
  const place = templateContainer(view);
  if (place === undefined) return undefined;
  for (const list of ['command', 'args'] as const) {
    const at = place.container[list]?.findIndex((word) => word.includes(from)) ?? -1;
    const value = place.container[list]?.[at];
    if (value === undefined) continue;
    const path = `${place.path}/${list}/${String(at)}`;
    return {
      summary,
      command: jsonPatch(target, [
        { op: 'test', path, value },
        { op: 'replace', path, value: value.replace(from, to) },
      ]),
    };
  }
  return undefined;
}

/** The container in focus as the workload's template has it, with its JSON path in the workload; undefined without one. */
export function templateContainer(
  view: CaseView,
): { readonly path: string; readonly container: KubeContainer } | undefined {
  if (!hasTemplate(view.target)) return undefined;
  const base = view.target.kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec';
  for (const group of ['containers', 'initContainers'] as const) {
    const index = view.template?.spec?.[group]?.findIndex((one) => one.name === view.container) ?? -1;
    const container = view.template?.spec?.[group]?.[index];
    if (container !== undefined) return { path: `${base}/${group}/${String(index)}`, container };
  }
  return undefined;
}

/** Two names that differ by at most two letters, or by case and separators only. */
export function isNear(a: string, b: string): boolean {
  if (a === b) return false;
  const plain = (text: string): string => text.toLowerCase().replace(/[-_.]/g, '');
  if (plain(a) === plain(b)) return true;
  return Math.min(a.length, b.length) >= 4 && Math.abs(a.length - b.length) <= 2 && distance(plain(a), plain(b)) <= 2;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A name or fragment cut to a length that fits a sentence. */
export function short(text: string, longest = 120): string {
  const clean = text.replace(/\s+/g, ' ').trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}…`;
}

/** ` in tier.py:12`: the file and line of the program itself that a trace ends in; '' when there is none. */
export function traceLocation(hit: Hit): string {
  const place = ownFrame(hit);
  return place === undefined ? '' : ` at ${place}`;
}

const library =
  /node_modules|node:|internal\/|site-packages|dist-packages|\/usr\/lib|\/usr\/local\/(?:lib|go)|<frozen|java\.|jdk\.|sun\.|org\.spring|runtime\/|\/rustc\/|\/gems\/|vendor\//;
// Each begins where a word begins, so that a long word is walked over once.
const places: readonly RegExp[] = [
  /^\s*File "([^"]+)", line (\d+)/,
  /(?<![\w./@-])((?:\/|[A-Za-z]:)?[\w./@-]+\.(?:[cm]?[jt]sx?)):(\d+):\d+/,
  /^\s*\t?(\S+\.go):(\d+)/,
  /^\s+at [\w.$<>/]+\(([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)/,
  /(?<!\S)(\S+\.rb):(\d+):in /,
  /(?<![^\s('"])([^\s('"]+\.php)[:(](\d+)/,
  / in (\S+\.php) on line (\d+)/,
  / in (\S+\.cs):line (\d+)/,
  /panicked at (?:'.*', )?(\S+\.rs):(\d+)/,
  / at (\S+\.p[lm]) line (\d+)/,
  /(?<![^\s('"])([^\s('"]+\.exs?):(\d+):/,
  /(?<![^\s('"])([^\s('"]+\.(?:c|cc|cpp|cxx|h)):(\d+):/,
];

function ownFrame(hit: Hit): string | undefined {
  const from = Math.max(0, hit.line.index - 30);
  const rows = hit.log.lines.slice(from, hit.line.index + 31);
  const python = rows.some((row) => /^\s*File "[^"]+", line \d+/.test(row.text));
  // Python's innermost frame stands last, before the error; everyone else's first, after it.
  const before = rows.filter((row) => row.index < hit.line.index).reverse();
  const after = rows.filter((row) => row.index >= hit.line.index);
  for (const row of python ? before : [...after, ...before.slice(0, 6)]) {
    for (const place of places) {
      const found = place.exec(row.text);
      if (found?.[1] && !library.test(row.text)) return `${found[1].split('/').slice(-2).join('/')}:${found[2] ?? ''}`;
    }
  }
  return undefined;
}

/** What the image lacks, and how to put it there. */
export function absent(cause: string, fix: string, bonus = 4): Reading {
  return { cause, fixes: [{ summary: fix }], bonus };
}
