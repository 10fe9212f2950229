import type { CaseView } from '../../case-view.ts';
import { patch, templatePatch } from '../../kubectl.ts';
import type { ProposedFix } from '../../rule.ts';

// Directories that hold what a program writes while it runs. An empty volume hides what the image has in a directory, so
// it must be none that holds the program or its settings (meanings: Filesystem Hierarchy Standard 3.0).
const scratch =
  /^(?:\/tmp|\/run|\/var\/(?:run|tmp|cache|log|lib|spool|lock)(?:\/[\w.-]{1,60}){0,4}|\/run(?:\/[\w.-]{1,60}){1,3}|(?:\/[\w.-]{1,60}){0,4}\/(?:tmp|temp|\.?cache|logs?|spool|uploads?|scratch)(?:\/[\w.-]{1,60})?)$/iu;

/**
 * Mounts an emptyDir where the program wants to write, when the root file system is read-only and the directory is one that
 * programs write to; words alone where it is not known whether the image keeps something there.
 */
export function writableDirectory(view: CaseView, path: string | undefined): ProposedFix {
  const directory = path === undefined ? undefined : directoryOf(path);
  const summary = `Mount a writable volume (emptyDir) at ${directory ?? 'the directory it writes to'}`;
  const { container, spec, podSpec } = view;
  if (directory === undefined || container === undefined || !scratch.test(directory)) return { summary };
  if (spec?.securityContext?.readOnlyRootFilesystem !== true || view.mountAt(directory) !== undefined)
    return { summary };
  const name = freeName(podSpec?.volumes?.map((one) => one.name) ?? [], directory);
  const list = view.role === 'app' ? 'containers' : 'initContainers';
  const body = templatePatch(view.target.kind, {
    volumes: [{ name, emptyDir: {} }],
    [list]: [{ name: container, volumeMounts: [{ name, mountPath: directory }] }],
  });
  return body === undefined ? { summary } : { summary, command: patch(view.target, body) };
}

// `/var/cache/nginx/client_temp` is a directory that it wants to make itself: its parent is the one to be writable.
function directoryOf(path: string): string {
  const whole = path.replace(/\/+$/u, '');
  return scratch.test(whole) && /^\/(?:tmp|run|var\/(?:run|tmp|cache|log|lib|spool|lock))$/u.test(whole)
    ? whole
    : whole.replace(/\/[^/]*$/u, '') || path;
}

// Volume names are DNS labels (kubernetes.io/docs/concepts/overview/working-with-objects/names).
function freeName(taken: readonly (string | undefined)[], directory: string): string {
  const plain = directory
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-|-$/gu, '')
    .slice(0, 50)
    .replace(/-+$/u, '');
  const name = plain === '' ? 'scratch' : plain;
  return taken.includes(name) ? `${name}-scratch` : name;
}
