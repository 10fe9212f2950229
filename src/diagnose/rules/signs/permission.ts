import { patch, templatePatch } from '../../kubectl.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { nearPath, pathSource } from './path-of.ts';

function user(hit: Hit): string {
  const id = hit.view.spec?.securityContext?.runAsUser ?? hit.view.podSpec?.securityContext?.runAsUser;
  return id === undefined ? '' : ` as user ${String(id)}`;
}

/** Files and directories that the program's user may not use. */
export const permissionSigns: readonly Sign[] = [
  {
    id: 'filesystem/read-only',
    rank: 'exact',
    strength: 20,
    pattern: /[Rr]ead-only file ?system|EROFS|Errno 30|os error 30|ReadOnlyFileSystemException|read only file ?system/,
    read: (hit) => {
      const path = nearPath(hit);
      const root = hit.view.spec?.securityContext?.readOnlyRootFilesystem === true;
      const why = root && pathSource(hit, path) === '' ? ' (readOnlyRootFilesystem is true)' : pathSource(hit, path);
      return {
        cause: `It cannot write ${path ?? 'to its file system'}: read-only file system${why}`,
        fixes: [
          {
            summary: `Mount a writable volume (emptyDir) at ${path === undefined ? 'the directory it writes to' : path.replace(/\/[^/]*$/, '') || path}`,
          },
        ],
        bonus: path === undefined ? 0 : 6,
      };
    },
  },
  {
    id: 'filesystem/permission',
    rank: 'exact',
    strength: 16,
    pattern:
      /[Pp]ermission denied|EACCES|EPERM|PermissionError|AccessDeniedException|[Oo]peration not permitted|Errno 13|os error 13\b|kind: PermissionDenied|UnauthorizedAccessException|Access to the path|not writable|is not readable|not readable|cannot be written|no write (?:access|permission)|insufficient permissions? (?:to|on|for)|Access is denied/,
    read: (hit) => {
      const text = hit.line.message;
      if (
        /\bbind\b|listen|0\.0\.0\.0:|\[::\]:|:\d+: bind|Address|publickey|for (?:table|relation|schema|database|sequence|function)|dial |connect\(|socket/i.test(
          text,
        )
      )
        return undefined;
      const path = nearPath(hit);
      const operation = /mkdir|creat\w+ dir/i.test(text)
        ? 'create'
        : /\b(?:writ|creat|append|chmod|chown|rename|unlink|mkdir|touch|save|rm)/i.test(text)
          ? 'write'
          : /\bexec/i.test(text)
            ? 'execute'
            : /\bread/i.test(text)
              ? 'read'
              : 'open';
      const what = path ?? 'a file or a privileged operation';
      const mount = pathSource(hit, path);
      return {
        cause: `Permission denied: the program may not ${operation} ${what}${mount}${user(hit)}`,
        fixes: [permissionFix(hit, path)],
        bonus: path === undefined ? -2 : 5,
      };
    },
  },
  {
    id: 'filesystem/too-open',
    rank: 'exact',
    strength: 19,
    pattern:
      /[Pp]ermissions (\d{3,4}) for ['"]?([^'"\s]{1,200})['"]? are too open|(?:bad|unsafe|insecure|too open) (?:ownership or )?(?:permissions|modes?)(?: \S{1,20})? (?:on|for|of):? ['"]?([^'"\s]{1,200})|['"]?(\/[^'"\s]{1,200})['"]? (?:is|are) (?:world|group)[- ](?:writable|readable|accessible)/,
    read: (hit) => {
      const path = hit.group(2) || hit.group(3) || hit.group(4);
      return {
        cause: `The permissions of ${path}${pathSource(hit, path)} are too open${hit.group(1) === '' ? '' : ` (${hit.group(1)})`}: others may read or write it`,
        fixes: [{ summary: `Set a stricter mode (defaultMode of the volume, for example 0400) for ${path}` }],
        bonus: 5,
      };
    },
  },
];

function permissionFix(hit: Hit, path: string | undefined): ProposedFix {
  const mount = path?.startsWith('/') === true ? hit.view.mountAt(path) : undefined;
  if (mount?.volume.persistentVolumeClaim || mount?.volume.emptyDir) return ownVolumeFix(hit, mount.label);
  return {
    summary:
      path === undefined
        ? 'Give the container the right it lacks'
        : `Give its user the right to use ${path}, in the image or by runAsUser`,
  };
}

/** fsGroup makes a volume's files writable for the group of the container's user. */
function ownVolumeFix(hit: Hit, label: string): ProposedFix {
  const pod = hit.view.podSpec?.securityContext;
  const user = hit.view.spec?.securityContext ?? pod;
  const group = user?.runAsGroup ?? user?.runAsUser ?? pod?.runAsGroup ?? pod?.runAsUser;
  const body = templatePatch(hit.view.target.kind, { securityContext: { fsGroup: group } });
  const summary = `Set securityContext.fsGroup so that the container may write to ${label}`;
  return group === undefined || group === 0 || body === undefined || pod?.fsGroup === group
    ? { summary }
    : { summary: `${summary}: ${String(group)}`, command: patch(hit.view.target, body) };
}
