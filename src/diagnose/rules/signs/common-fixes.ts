import type { ObjectRef } from '../../../model/workload.ts';
import type { CaseView } from '../../case-view.ts';
import { rolloutRestart, setEnv } from '../../kubectl.ts';
import type { Hit } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { envOf, settingsOf } from '../../settings.ts';

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

/** Where to mend a file: in its ConfigMap or Secret, else in the image. */
export function mendFileFix(view: CaseView, path: string, what: string): ProposedFix {
  const mount = path.startsWith('/') ? view.mountAt(path) : undefined;
  const where = mount ? `in ${mount.label}` : 'in the image or the object it is mounted from';
  return restartFix(view, `${what} ${where}, then restart`);
}

/** The only ConfigMap or Secret that the container mounts, for messages that name no path. */
export function onlyConfigSource(view: CaseView): string {
  const labels = new Set<string>();
  for (const mount of view.spec?.volumeMounts ?? []) {
    const found = mount.mountPath === undefined ? undefined : view.mountAt(mount.mountPath);
    if (found?.volume.configMap) labels.add(found.label);
  }
  const [label] = labels;
  return labels.size === 1 && label !== undefined ? ` (${label})` : '';
}

/** ` (the pod spec sets PAYMENT_GATEWAY_URI)`: a variable with nearly the wanted name; '' when there is none. */
export function nearlyNamed(view: CaseView, name: string): string {
  if (envOf(view.spec, name)) return '';
  const near = settingsOf(view.spec).find((one) => one.kind === 'env' && isNear(one.name, name));
  return near ? ` (the pod spec sets ${near.name} instead)` : '';
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
const places: readonly RegExp[] = [
  /^\s*File "([^"]+)", line (\d+)/,
  /\(?((?:\/|[A-Za-z]:|[\w.-]+\/)?[\w./@-]+\.(?:[cm]?[jt]sx?)):(\d+):\d+\)?/,
  /^\s*\t?(\S+\.go):(\d+)/,
  /^\s+at [\w.$<>/]+\(([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)/,
  /(\S+\.rb):(\d+):in /,
  /(\S+\.php)[:(](\d+)\)?/,
  / in (\S+\.php) on line (\d+)/,
  / in (\S+\.cs):line (\d+)/,
  /panicked at (?:'.*', )?(\S+\.rs):(\d+)/,
  / at (\S+\.p[lm]) line (\d+)/,
  /(\S+\.exs?):(\d+):/,
  /(\S+\.(?:c|cc|cpp|cxx|h)):(\d+):/,
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
