import type { Hit } from '../../logs/sign.ts';
import { settingsWith } from '../../settings.ts';
import { fileSource } from './common-fixes.ts';

/** The path a message about a file speaks of: the last path before the error, else the first anywhere in it. */
export function pathOf(whole: string): string | undefined {
  const text = withoutPlace(whole);
  const adjacent = nextToError.exec(text)?.[1];
  if (adjacent !== undefined) return adjacent;
  const quoted = /['"`\u2018\u201c](\/[^'"`\u2019\u201d\n]{1,300})['"`\u2019\u201d]/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  const relative = /['"`](\.{1,2}\/[^'"`\s]{1,200})['"`]/.exec(text)?.[1];
  if (relative !== undefined) return relative;
  const words = text.split(/[\s"'`(),;=<>[\]{}]+/).map((word) => word.replace(/[:.]+$/, '').replace(/^[:]+/, ''));
  const absolute = words.find(
    (word) => /^\/[\w.@~+-]+(?:\/[\w.@~+:-]+)*\/?$/.test(word) && word.length > 1 && !/^\/\/|:\d+:\d+$/.test(word),
  );
  if (absolute !== undefined) return absolute;
  return (
    words.find((word) => /^(?:\.{1,2}\/)?[\w.@-]+\/[\w./@-]+$/.test(word)) ??
    words.find((word) =>
      /^[\w@-][\w.@-]*\.(?:json|ya?ml|toml|ini|conf|cfg|cnf|xml|properties|env|pem|crt|key|p12|jks|txt|csv|sql|db|sqlite|html?|tmpl|py|js|mjs|cjs|ts|jar|sh|rb|php|pl|lock|pid|sock|log|dat|bin|so|wasm|model|onnx|pkl|parquet|gz|zip|tar|lic|license)$/.test(
        word,
      ),
    )
  );
}

// The path that the error of the operating system stands behind.
const nextToError =
  /(?<![\w.~@-])(\/[\w.@~+-]+(?:\/[\w.@~+:-]*)*)['"`)\]]{0,2}(?:: ?|,? ?\((?:Err\w{0,4} ?(?:no|code)?:? ?)?\d{0,3}:? ?"?|: \w[\w ]{0,30}: )(?:[Nn]o such file|[Pp]ermission denied|[Rr]ead-only file|[Nn]o space left|[Ii]s a directory|[Nn]ot a directory)/;

// Where in the program it happened is not the file it is about: `main.rb:2:in ...`, `at /srv/a.pl line 3`, ` in /srv/a.php:9`.
function withoutPlace(text: string): string {
  return text
    .replace(/^\S+\.\w{1,4}:\d+:in [`'][^`'\n]{0,120}': /, '')
    .replace(/(?:\.\.\/)+(?:crypto|ssl|src|lib|source)\/[\w./-]{1,80}\.(?:c|cc|cpp|h):\d+/gu, '')
    .replace(/File "[^"\n]{1,300}", line \d+/gu, '')
    .replace(
      /\b(?:file|directory|create|read|write|open|input|output|and|or|user|group|key|value|client|server|host|port|load|store|import|export|true|false)\/(?:file|directory|create|read|write|open|input|output|and|or|user|group|key|value|client|server|host|port|load|store|import|export|true|false)\b/giu,
      '',
    )
    .replace(/ (?:at|in) \S+\.(?:p[lm]|php|py|rb|js|ts)(?::\d| line \d| on line \d)[\s\S]*$/, '');
}

/** The path of a message, or of the lines around it that are about the same. */
export function nearPath(hit: Hit): string | undefined {
  const before =
    /(?:^|\s)['"]?([\w./@-]{2,200})['"]?: (?:[Pp]ermission denied|[Rr]ead-only|[Nn]o space|[Tt]oo many)/.exec(
      hit.line.message,
    )?.[1];
  return (
    pathOf(hit.line.message) ??
    (before !== undefined &&
    !/^(?:error|file|folder|directory|database|socket|device|open|write|mkdir|bind|exec|fatal|sh|bash|\w+ing)$/i.test(
      before,
    )
      ? before
      : (/\b([\w-]+\.[a-z]{2,5})\b(?=.*(?:denied|[Rr]ead-only|space|open files))/.exec(hit.line.message)?.[1] ??
        neighbourPath(hit)))
  );
}

/** A path below the working directory, with that directory where another line about the same error names it. */
export function absolutePath(hit: Hit, path: string | undefined): string | undefined {
  if (path?.startsWith('./') !== true) return path;
  const error = /[Pp]ermission denied|[Nn]o space left|[Rr]ead-only file system/.exec(hit.line.message)?.[0];
  const other =
    error === undefined
      ? undefined
      : hit.log.lines.find(({ message }) => message.includes(error) && /['" ]\/[\w.-]+\//.test(message));
  const directory =
    other === undefined ? undefined : /['" ]((?:\/[\w.-]{1,100}){1,8})\/[\w.-]{1,100}['": ]/.exec(other.message)?.[1];
  return directory === undefined ? path : `${directory}/${path.slice(2)}`;
}

/** A path in the lines next to the message. */
export function neighbourPath(hit: Hit): string | undefined {
  for (const step of [1, -1, 2, -2, -3]) {
    const line = hit.log.lines[hit.line.index + step];
    const found =
      line && !/^\s*(?:at |File ")/.test(line.text) && /(?:\/[\w.@-]+){2,}/.exec(withoutPlace(line.message))?.[0];
    if (found && !/node_modules|site-packages|\/usr\/lib\//.test(found)) return found;
  }
  return undefined;
}

/** Where a path comes from: the object mounted there and the variable that names it, in brackets; '' when nothing is known. */
export function pathSource(hit: Hit, path: string | undefined): string {
  if (path === undefined) return '';
  const setting = settingsWith(hit.view.spec, path).find((one) => one.kind === 'env');
  return `${fileSource(hit.view, path)}${setting === undefined ? '' : ` (set by environment variable ${setting.name})`}`;
}
