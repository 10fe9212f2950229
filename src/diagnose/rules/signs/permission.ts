import { quoteLog } from '../../../model/log-quote.ts';
import { patch, templatePatch } from '../../kubectl.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { containerPatch } from '../proposed-commands.ts';
import { short } from './common-fixes.ts';
import { absolutePath, nearPath, pathSource } from './path-of.ts';
import { writableDirectory } from './writable-directory.ts';

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
      // Python's locks between processes lie in shared memory.
      const path =
        nearPath(hit) ?? (/SemLock|multiprocessing/.test(hit.around(8, 0)) ? '/dev/shm (for a SemLock)' : undefined);
      const root = hit.view.spec?.securityContext?.readOnlyRootFilesystem === true;
      const why = root && pathSource(hit, path) === '' ? ' (readOnlyRootFilesystem is true)' : pathSource(hit, path);
      return {
        cause: `It cannot write ${path ?? 'to its file system'}: read-only file system${why}`,
        fixes: [writableDirectory(hit.view, path)],
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
      const path = absolutePath(hit, nearPath(hit));
      if (path === undefined) return withoutPath(hit);
      const operation = /\bchown\b|change owner/i.test(text)
        ? 'change the owner of'
        : /mkdir|creat\w+ dir/i.test(text)
          ? 'create'
          : /\b(?:writ|creat|append|chmod|chown|rename|unlink|mkdir|touch|save|rm)/i.test(text)
            ? 'write'
            : /\bexec/i.test(text)
              ? 'execute'
              : /\bread/i.test(text)
                ? 'read'
                : 'open';
      const mount = pathSource(hit, path);
      return {
        cause: `Permission denied: the program may not ${operation} ${path}${mount}${user(hit)}`,
        fixes: [...chownCapability(hit, operation), permissionFix(hit, path)],
        bonus: 5,
      };
    },
  },
  {
    id: 'filesystem/too-open',
    rank: 'exact',
    strength: 20,
    pattern:
      /[Pp]ermissions (?:(\d{3,4}) )?for ['"]?([^'"\s]{1,200})['"]? are too open|(?:bad|unsafe|insecure|too open) (?:ownership or )?(?:permissions|modes?)(?: \S{1,20})? (?:on|for|of):? ['"]?([^'"\s]{1,200})|(?:[Ff]ile |^)['"]?([^'"\s]{1,200}\.(?:key|pem|pgpass|cookie|rc)|\/[^'"\s]{1,200})['"]? (?:is |are |has )?(?:world|group)(?: or |[- ])(?:writable|readable|accessible|world access)|(?:file|File) ['"]?([^'"\s]{1,200})['"]? (?:has group or world access|must be (?:accessible|readable) by owner only)/,
    read: (hit) => {
      const path = [2, 3, 4, 5].map(hit.group).find((one) => one !== '') ?? '';
      return {
        cause: `The permissions of ${path}${pathSource(hit, path)} are too open${hit.group(1) === '' ? '' : ` (${hit.group(1)})`}: group or others may read or write it, which must not be (mode 0600)`,
        fixes: [{ summary: `Set a stricter mode (defaultMode of the volume, for example 0400) for ${path}` }],
        bonus: 5,
      };
    },
  },
];

// `setgid(101) failed (1: Operation not permitted)`, `su-exec: setgroups: Operation not permitted`
function withoutPath(hit: Hit): Reading {
  const text = hit.line.message;
  const found =
    /(\w{3,40})(?:\([^)]{0,20}\))? failed \(1: Operation not permitted|(?:^|[:(] ?)(\w{3,40})(?:\([^)]{0,40}\))?: Operation not permitted/.exec(
      text,
    );
  const call = found?.[1] ?? found?.[2];
  return call === undefined
    ? {
        cause: `Permission denied: ${quoteLog(short(text, 200))}`,
        fixes: [{ summary: 'Give the container the right it lacks' }],
        bonus: -2,
      }
    : {
        cause: `The program may not call ${call} (operation not permitted): a capability that it needs is missing${user(hit)}`,
        fixes: [
          { summary: `Let it start as the user it should be (runAsUser), or allow the capability that ${call} needs` },
        ],
        bonus: 3,
      };
}

/** Root may give files away only with the capability CHOWN (capabilities(7)); where it was dropped, it can be given back. */
function chownCapability({ view }: Hit, operation: string): readonly ProposedFix[] {
  const { drop = [], add = [] } = view.spec?.securityContext?.capabilities ?? {};
  const user = view.spec?.securityContext?.runAsUser ?? view.podSpec?.securityContext?.runAsUser ?? 0;
  const dropped = user === 0 && (drop.includes('ALL') || drop.includes('CHOWN'));
  if (operation !== 'change the owner of' || !dropped || add.includes('CHOWN') || view.container === undefined)
    return [];
  return [
    containerPatch(view, view.container, 'Give the container the capability CHOWN, which its securityContext drops', {
      securityContext: { capabilities: { add: [...add, 'CHOWN'] } },
    }),
  ];
}

function permissionFix(hit: Hit, path: string): ProposedFix {
  const mount = path.startsWith('/') ? hit.view.mountAt(path) : undefined;
  if (mount?.volume.persistentVolumeClaim || mount?.volume.emptyDir) return ownVolumeFix(hit, mount.label);
  return {
    summary: `Give its user the right to use ${path}, in the image or by runAsUser`,
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
