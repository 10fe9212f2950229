import { quoteLog } from '../../../model/log-quote.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { settingsOf } from '../../settings.ts';
import { largerEmptyDir, specPatch } from '../proposed-commands.ts';
import { mendFileFix, replaceWordFix, short } from './common-fixes.ts';
import { absolutePath, nearPath, neighbourPath, pathOf, pathSource } from './path-of.ts';

const pathWord = String.raw`['"\x60\u2018\u201c]?((?:[A-Za-z]:)?(?:\.{1,2})?/[^\s'"\x60\u2018\u2019\u201c\u201d,;:)\]}]{1,300}|[\w.-]+(?:/[\w.-]+)+|[\w-]+\.[a-z]{1,6})['"\x60\u2019\u201d]?`;

const errors = String.raw`(?:No such file or directory|nonexistent directory|ENOENT|FileNotFoundError|FileNotFoundException|NoSuchFileException|Errno::ENOENT|no such file|os error 2\b|kind: NotFound|cannot find the (?:file|path)|No such file|DirectoryNotFoundException|Could not find (?:a part of the path|file)|[Ff]ile not found|(?:[Dd]irectory|[Pp]ath|[Tt]emplate|[Ff]older) not found)`;

// Why a file that is there cannot be opened either, as strerror(3) and the runtimes say it.
const otherReason =
  /[Pp]ermission denied|EACCES|[Tt]oo many open files|E[MN]FILE|[Rr]ead-only file ?system|EROFS|[Nn]o space left|ENOSPC|[Ii]s a directory|EISDIR|[Nn]ot a directory|ENOTDIR|[Oo]peration not permitted|EPERM|[Ii]nput\/output error|\bEIO\b|[Ss]tale file handle|ESTALE|[Dd]evice or resource busy|EBUSY|[Tt]ext file busy|ETXTBSY|[Tt]oo many levels of symbolic links|ELOOP|[Ff]ile name too long|ENAMETOOLONG|[Cc]annot allocate memory|ENOMEM/;

/** The archive that the log, the command or the environment names. */
function archiveOf(hit: Hit): string | undefined {
  const words = [
    hit.line.message,
    hit.around(4, 3),
    settingsOf(hit.view.spec)
      .map(({ value }) => value)
      .join(' '),
  ];
  for (const text of words) {
    const found = /[\w./:@-]{0,200}\.(?:tar(?:\.\w{2,4})?|tgz|t[bx]z|zip|gz|xz|zst|bz2|jar|war|whl)\b/.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Files and directories. */
export const filesystemSigns: readonly Sign[] = [
  {
    id: 'filesystem/missing-script',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:can't open file|[Cc]ould not open input file:|[Cc]an't open perl script|[Cc]annot open file|Cannot find module|can't find|No such file or directory --|[Cc]an't open|cannot open|Unable to access jarfile|Cannot load script|Module not found ["']?file:\/\/) ?['"]?([^\s'":]*\/[^\s'":]+|[\w./-]+\.(?:py|js|mjs|cjs|ts|rb|php|pl|jar|sh|lua))['"]?/,
    read: (hit) => {
      const path = hit.group(1).replace(/[:.,]+$/, '');
      const words = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].join(' ');
      const own = words.includes(path) || words.includes(path.split('/').pop() ?? path);
      // A module that a program imports is another matter (see modules).
      if (hit.match[0].includes('Cannot find module') && !own && !hit.line.message.includes('imported from'))
        return undefined;
      if (hit.match[0].includes('Cannot find module') && !own) return undefined;
      if (otherReason.test(hit.line.message)) return undefined;
      const token = missingToken(hit, path);
      if (token !== undefined) return token;
      return {
        cause: `${own && isScript(path) ? 'The script' : 'File'} ${path}${pathSource(hit, path)}${own ? ' that the command names' : ''} does not exist (not found, no such file or directory)`,
        fixes: [
          mendFileFix(hit.view, path, own ? `Correct the path in the command, or put ${path}` : `Provide ${path}`),
        ],
        bonus: own ? 8 : 3,
      };
    },
  },
  {
    id: 'filesystem/full',
    rank: 'exact',
    strength: 20,
    pattern:
      /[Nn]o space left on device|ENOSPC|Errno 28|os error 28|[Dd]isk (?:is )?full|[Dd]isk quota exceeded|EDQUOT|not enough (?:disk )?space|insufficient (?:disk|storage) space|disk usage exceeded flood-stage|file system is full|out of disk space|Filesystem full|Wrote only \d+ of \d+ bytes|free space[^\n]{0,40} (?:below|too low|insufficient)/i,
    read: (hit) => {
      if (/inotify|System limit for number of file watchers/.test(hit.line.message)) {
        return {
          cause: 'The limit of inotify watches is reached (ENOSPC, fs.inotify.max_user_watches)',
          fixes: [{ summary: 'Raise fs.inotify.max_user_watches on the node' }],
          bonus: 6,
        };
      }
      const path = absolutePath(hit, nearPath(hit)) ?? '';
      const mount = path.startsWith('/') ? hit.view.mountAt(path) : undefined;
      const volume = mount?.volume;
      const larger = largerEmptyDir(hit.view, volume);
      const size = volume?.emptyDir?.sizeLimit === undefined ? '' : `, sizeLimit ${volume.emptyDir.sizeLimit}`;
      return {
        cause: `The disk${mount ? '' : ' or volume'} is full: ${/quota/i.test(hit.match[0]) ? 'disk quota exceeded' : 'no space left on device'}${path === '' ? '' : ` writing ${path}`}${mount ? ` (${mount.label}${size}${volume?.emptyDir?.medium === 'Memory' ? ', in memory' : ''})` : ''}`,
        fixes: [
          ...(larger === undefined ? [] : [larger]),
          { summary: `Free space or enlarge ${mount ? mount.label : 'the volume'}` },
        ],
        bonus: path === '' ? 2 : 6,
      };
    },
  },
  {
    id: 'filesystem/too-many-open-files',
    rank: 'exact',
    strength: 20,
    pattern: /[Tt]oo many open files|EMFILE|ENFILE|Errno 24|os error 24/,
    read: (hit) => {
      const limit = /ulimit -S?H?n (\d+)/.exec(
        [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].join(' '),
      )?.[1];
      if (hit.line.message.includes('inotify')) {
        return {
          cause: 'The limit of inotify instances is reached (too many open files, fs.inotify.max_user_instances)',
          fixes: [{ summary: 'Raise fs.inotify.max_user_instances on the node' }],
          bonus: 6,
        };
      }
      return {
        cause: `Too many open files: the process reaches its limit of ${limit === undefined ? 'open file descriptors (ulimit -n)' : `${limit} open file descriptors (ulimit -n ${limit} in the command)`}`,
        fixes: [
          ...higherDescriptorLimit(hit, limit),
          {
            summary:
              limit === undefined
                ? 'Close descriptors that leak, or raise the limit (ulimit -n)'
                : `Raise ulimit -n above ${limit} in the command, or close descriptors that leak`,
          },
        ],
        bonus: 6,
      };
    },
  },
  {
    id: 'filesystem/missing',
    rank: 'exact',
    strength: 15,
    pattern: new RegExp(errors),
    read: (hit) => {
      const text = hit.line.message;
      const before = new RegExp(
        String.raw`${pathWord}['"]?[:)]? ?(?:\([^)]{0,40}\))?:? ?(?:[\w ]{0,40}: )?${errors}`,
      ).exec(text)?.[1];
      const path = pathOf(text) ?? before ?? neighbourPath(hit);
      const certificate = certificateFile(hit);
      if (path === undefined && certificate !== undefined) return certificate;
      if (path === undefined)
        return {
          cause: `A file or directory that it needs does not exist (no such file or directory)${hit.line.message.length < 40 ? '' : `: ${quoteLog(short(hit.line.message, 200))}`}`,
          confidence: 'medium',
          bonus: -4,
        };
      return missingFile(hit, path);
    },
  },
  {
    id: 'filesystem/missing-in-words',
    rank: 'exact',
    strength: 14,
    pattern: new RegExp(
      String.raw`(?:[Ff]ile|[Dd]irectory|[Ff]older|[Pp]ath|[Tt]emplate|[Cc]onfig(?:uration)?(?: file)?|[Ll]icen[cs]e(?: file)?|[Ss]cript|[Kk]ey(?: file)?|[Cc]ertificate|[Mm]odel|[Ss]ocket|[Mm]anifest|[Ss]chema|[Mm]ount)?:? ?${pathWord} (?:is |was |could |can |does |do )*(?:missing|not found|not exist|not be (?:found|opened|read|loaded|located)|cannot be (?:found|opened|read|loaded|located)|not (?:a directory|a file|mounted|present|available|readable)|absent|doesn't exist|is empty|not exists)`,
    ),
    read: (hit) => {
      const path = hit.group(1);
      if (/is empty$|was empty$/.test(hit.match[0]))
        return {
          cause: `File ${path}${pathSource(hit, path)} is empty`,
          fixes: [mendFileFix(hit.view, path, `Fill ${path}`)],
          bonus: 4,
        };
      return /^\d|^(?:e\.g|i\.e)$/.test(path) || /\.(?:com|org|net|io|internal|local|svc)$/.test(path)
        ? undefined
        : missingFile(hit, path);
    },
  },
  {
    id: 'filesystem/cannot-open',
    rank: 'exact',
    strength: 13,
    pattern: new RegExp(
      String.raw`(?:[Cc]ould not|[Cc]annot|[Cc]an't|[Uu]nable to|[Ff]ailed to|failed|[Ee]rror) (?:open|opening|read|reading|load|loading|find|locate|access|stat|list|write|writing(?: to)?|create|creating|mmap|parse|scan)(?: the| a| any)?(?: [\w-]+){0,3}:? ${pathWord}`,
    ),
    read: (hit) => {
      const path = hit.group(1);
      const text = hit.line.message;
      if (/^[A-Z]+\/[A-Z]+$/.test(path) || text.includes('one or more errors occurred')) return undefined;
      if (new RegExp(errors).test(text)) return missingFile(hit, path);
      if (/\.(?:com|org|net|io|internal|local|svc)$/.test(path)) return undefined;
      const reason = text.slice(hit.match.index + hit.match[0].length).replace(/^[\s:,"']+/, '');
      // The tool that tried it said why on the line before.
      if (reason === '' && otherReason.test(hit.around(1, 0).split('\n')[0] ?? '')) return undefined;
      return {
        cause: `It cannot use ${path}${pathSource(hit, path)}: ${short(hit.match[0], 140)}${reason === '' ? '' : ` (${short(reason, 120)})`}`,
        fixes: [mendFileFix(hit.view, path, `Correct ${path}`)],
        confidence: 'medium',
        bonus: 2,
      };
    },
  },
  {
    id: 'filesystem/is-a-directory',
    rank: 'exact',
    strength: 19,
    pattern: /EISDIR|[Ii]s a directory|IsADirectoryError|ENOTDIR|[Nn]ot a directory|NotADirectoryError/,
    read: (hit) => {
      const path = nearPath(hit);
      const directory = /EISDIR|[Ii]s a directory|IsADirectory/.test(hit.match[0]);
      const mount = path?.startsWith('/') === true ? hit.view.mountAt(path) : undefined;
      // kubelet makes an empty directory where a subPath does not exist in its volume.
      if (directory && mount?.subPath !== undefined && mount.mountPath === path) {
        const source = mount.volume.configMap ?? mount.volume.secret;
        return {
          cause: `${path} is a directory where a file is expected (is a directory): its subPath ${mount.subPath} does not exist in ${mount.label}${source === undefined ? '' : `, which has no key ${mount.subPath}`}, so an empty directory is mounted there`,
          fixes: [mendFileFix(hit.view, path, `Add the key ${mount.subPath}, or correct the subPath,`)],
          bonus: 12,
        };
      }
      return {
        cause: `${path !== undefined && !directory && /\bmkdir\b/.test(hit.line.message) ? 'A part of the path ' : ''}${path ?? 'A path'}${pathSource(hit, path)} is ${directory ? 'a directory where a file is expected (is a directory)' : 'not a directory'}`,
        fixes: [{ summary: directory ? 'Mount the file itself (subPath) or correct the path' : 'Correct the path' }],
        bonus: path === undefined ? 0 : 5,
      };
    },
  },
  {
    id: 'filesystem/not-empty',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:initdb: error: )?directory "([^"]{1,200})" exists but is not empty|--initialize specified but the data directory (?:has files|exists)[^\n]{0,60}|data directory (?:\S{1,200} )?(?:is not|isn't|not) empty|directory (\/\S{1,200}) is not empty|ENOTEMPTY|[Dd]irectory not empty/,
    read: (hit) => {
      const path = hit.group(1) || hit.group(2) || (pathOf(hit.line.message) ?? '');
      const lost = hit.around(0, 3).includes('lost+found') ? ' (it holds lost+found, a mount point)' : '';
      return {
        cause: `Directory ${path}${pathSource(hit, path)} exists but is not empty, so the data directory cannot be initialised${lost}`,
        fixes: [
          { summary: 'Use a subdirectory of the mount as data directory (PGDATA, --datadir) or an empty volume' },
        ],
        bonus: 5,
      };
    },
  },
  {
    id: 'filesystem/file-exists',
    rank: 'exact',
    strength: 16,
    pattern:
      /EEXIST|FileExistsError|File exists|FileAlreadyExistsException|(?:[Ff]ile|[Ss]ocket|[Ff]older|[Dd]irectory) ['"]?(\/[^\s'"]{1,200})['"]? already exists/,
    read: (hit) => {
      const path = hit.group(1) || nearPath(hit);
      return path === undefined
        ? undefined
        : {
            cause: `${path}${pathSource(hit, path)} already exists (file exists, left by an earlier run)`,
            fixes: [{ summary: `Remove ${path} at start, or keep it on a volume that does not outlive the container` }],
            bonus: 4,
          };
    },
  },
  {
    id: 'filesystem/bucket-missing',
    rank: 'exact',
    strength: 21,
    pattern:
      /NoSuchBucket|[Tt]he specified bucket does not exist|[Bb]ucket ['"`]?([\w.-]{3,63})['"`]? (?:does not exist|not found|doesn't exist)|storage: bucket doesn't exist/,
    read: (hit) => {
      const name =
        hit.group(1) ||
        (settingsOf(hit.view.spec).find((one) => one.kind === 'env' && one.name.includes('BUCKET'))?.value ?? '');
      return {
        cause: `The storage bucket${name === '' ? '' : ` ${name}`} does not exist (NoSuchBucket)`,
        fixes: [{ summary: `Create the bucket${name === '' ? '' : ` ${name}`}, or correct its name` }],
        bonus: name === '' ? 2 : 5,
      };
    },
  },
  {
    id: 'filesystem/checksum',
    rank: 'exact',
    strength: 20,
    pattern: /\b\d{1,6} (?:of \d{1,6} )?(?:computed|listed) checksums? did NOT match/,
    read: (hit) => {
      const files = [...hit.around(20, 0).matchAll(/^([^\n:]{1,200}): FAILED$/gm)].map((one) => one[1] ?? '');
      const what = files.length === 0 ? 'a file' : files.slice(0, 3).join(', ');
      return {
        cause: `The checksum of ${what} does not match the one that is expected (${hit.match[0]})`,
        fixes: [{ summary: `Fetch ${what} anew; if its content is right, correct the expected checksum` }],
        bonus: 6,
      };
    },
  },
  {
    id: 'filesystem/broken-archive',
    rank: 'exact',
    strength: 20,
    pattern:
      /not in gzip format|gzip: (?:\S{1,200}: )?(?:unexpected end of file|invalid (?:compressed data|header|magic|checksum)|crc error)|does not look like a tar archive|Unexpected EOF in archive|[Ee]nd-of-central-directory signature not found|BadZipFile: [^\n]{1,80}|tarfile\.ReadError: [^\n]{1,80}|BadGzipFile: [^\n]{1,60}|zip: not a valid zip file|error in opening zip file|zip END header not found|(?:xz|zstd|bzip2|lz4): [^\n]{0,120}(?:not recognized|not in|unsupported format|Unexpected end of input|not a bzip2 file)|(?:archive|tarball) (?:is )?(?:corrupt|truncated|damaged)[^\n]{0,60}/,
    read: (hit) => {
      const name = archiveOf(hit);
      const cut = /[Uu]nexpected (?:end|EOF)|truncated/.test(hit.match[0]);
      return {
        cause: `The archive${name === undefined ? '' : ` ${name}`} ${cut ? 'is truncated (unexpected end of file)' : 'is not one, or is corrupt'}: ${short(hit.match[0], 120)}`,
        fixes: [{ summary: `See what ${name ?? 'the archive'} really holds, and make or fetch it anew` }],
        bonus: name === undefined ? 2 : 6,
      };
    },
  },
  {
    id: 'filesystem/cannot-write',
    rank: 'specific',
    strength: 14,
    pattern:
      /curl: \(23\) [^\n]{1,120}|(?:[Ff]ailed|[Ff]ailure|[Cc]annot|[Cc]ould not|[Ee]rror) (?:to )?writ\w+ (?:to |output to |body to )?(?:destination|output|disk|file)\b[^\n]{0,80}/,
    read: (hit) => ({
      cause: `The program cannot write its output: ${short(hit.match[0], 140)} (the disk or volume is full, or not writable)`,
      fixes: [{ summary: 'See whether the volume it writes to has space and lets its user write' }],
      confidence: 'medium',
    }),
  },
  {
    id: 'filesystem/io-error',
    rank: 'specific',
    strength: 18,
    pattern:
      /[Ii]nput\/output error|\bEIO\b|Stale file handle|ESTALE|Transport endpoint is not connected|Structure needs cleaning|Remote I\/O error|Device or resource busy|EBUSY|Text file busy/,
    read: (hit) => {
      const path = nearPath(hit);
      return {
        cause: `The file system of ${path ?? 'a volume'}${pathSource(hit, path)} fails: ${hit.match[0]}`,
        fixes: [{ summary: 'Look at the volume and the node that serves it' }],
        bonus: path === undefined ? 0 : 4,
      };
    },
  },
];

// What an interpreter is given may have no ending.
function isScript(path: string): boolean {
  return /(?:^|\/)[^./]+$|\.(?:py|js|mjs|cjs|ts|rb|php|pl|jar|sh|bash|lua|exs?)$/.test(path);
}

// What is to be created need not be there: its directory is what is missing.
const creates = /(?:can(?:'t|not)|[Cc]ould not|[Ff]ailed to|[Uu]nable to) (?:create|touch|make)|\bmkdir\b|\btouch\b/;

// The source line that Python's trace shows.
const pythonWrites = /\.write_(?:text|bytes)\(|\bopen\([^()\n]{0,120}, ?(?:mode ?= ?)?['"][wax]b?\+?['"]|os\.mkdir\(/;

function missingParent(hit: Hit, path: string): Reading | undefined {
  const parent = path.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
  const written = creates.test(hit.line.message) || pythonWrites.test(hit.around(6, 0));
  if (!written || !parent.startsWith('/')) return undefined;
  return {
    cause: `${path} cannot be created because its directory ${parent}${pathSource(hit, parent)} does not exist (not found, no such file or directory)`,
    fixes: [{ summary: `Make ${parent} in the image, mount a volume (emptyDir) there, or correct the path` }],
    bonus: 4,
  };
}

// Python's ssl names no file; the command or the environment does.
function certificateFile(hit: Hit): Reading | undefined {
  if (!/load_(?:cert_chain|verify_locations)/.test(hit.around(6, 0))) return undefined;
  const files = settingsOf(hit.view.spec).flatMap(
    ({ value }) => /(\/\S{1,200}\.(?:crt|pem|key|cert|cer))$/u.exec(value)?.[1] ?? [],
  );
  return {
    cause: `A TLS certificate or key file does not exist (no such file or directory)${files.length === 0 ? '' : `: ${files.slice(0, 3).join(' or ')}`}`,
    fixes: [mendFileFix(hit.view, files[0] ?? '', `Provide ${files[0] ?? 'the file'}`)],
    bonus: files.length === 0 ? 0 : 5,
  };
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

// The token of the pod's ServiceAccount is there unless somebody switched it off.
function missingToken(hit: Hit, path: string): Reading | undefined {
  if (!path.startsWith(serviceAccountFolder) || hit.view.mountAt(path) !== undefined) return undefined;
  const off = hit.view.podSpec?.automountServiceAccountToken === false;
  return {
    cause: `${path} does not exist: the pod gets no ServiceAccount token, because automountServiceAccountToken is false ${off ? 'in its spec' : 'in its spec or in its ServiceAccount'}`,
    fixes: [specPatch(hit.view, 'Mount the token', { automountServiceAccountToken: true })],
    bonus: 12,
  };
}

function missingFile(hit: Hit, path: string): Reading {
  const token = missingToken(hit, path);
  if (token !== undefined) return token;
  const parent = missingParent(hit, path);
  if (parent !== undefined) return parent;
  const words = hit.line.message.replace(/no such file or directory/gi, '');
  const kind =
    /director|folder|readdir|scandir|opendir|mkdir/i.test(words) && !/\.\w{1,10}$/.test(path) ? 'Directory' : 'File';
  const error =
    /ENOENT|FileNotFoundError|NoSuchFileException|FileNotFoundException|Errno::ENOENT|DirectoryNotFoundException/.exec(
      hit.line.message,
    )?.[0];
  return {
    cause: `${kind} ${path}${pathSource(hit, path)} does not exist (not found, no such file or directory${error === undefined ? '' : `, ${error}`})`,
    fixes: [mendFileFix(hit.view, path, `Provide ${path}`)],
    bonus: 4,
  };
}

// 1,024 is the usual soft limit of a login shell.
function higherDescriptorLimit(hit: Hit, limit: string | undefined): readonly ProposedFix[] {
  if (limit === undefined) return [];
  const wanted = String(Math.max(1024, Number(limit) * 16));
  const fix = replaceWordFix(hit.view, `-n ${limit}`, `-n ${wanted}`, `Raise the limit of open files to ${wanted}`);
  return fix ? [fix] : [];
}
