import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { createMessages } from './create.ts';
import { containerPatch, specPatch } from './proposed-commands.ts';
import { containerWords, messageRule } from './message-rule.ts';
import { memoryVolume, onDisk } from './out-of-memory.ts';

interface StartRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly cause: (what: {
    readonly path: string;
    readonly who: string;
    readonly view: CaseView;
    readonly said: string;
  }) => string;
  readonly fixes: (view: CaseView, container: string, path: string) => readonly ProposedFix[];
}

function startRule({ id, pattern, cause, fixes }: StartRule): Rule {
  return messageRule({
    id: `start/${id}`,
    rank: 'exact',
    messages: createMessages,
    pattern,
    say: (match, view, message) => {
      const container = message.container ?? view.container;
      const path = match[1] ?? match[2] ?? view.specOf(container ?? '')?.command?.[0] ?? '';
      return {
        rootCause: cause({ path, who: containerWords(view, container), view, said: match[0] }),
        confidence: 'high',
        fixes: fixes(view, container ?? '', path),
      };
    },
  });
}

/** Sets the first word of the command, keeping what follows. */
function otherCommand(view: CaseView, container: string, summary: string, words: readonly string[]): ProposedFix {
  const rest = view.specOf(container)?.command?.slice(1) ?? [];
  return containerPatch(view, container, summary, { command: [...words, ...rest] });
}

const interpreters: Readonly<Record<string, string>> = {
  sh: '/bin/sh',
  bash: 'bash',
  py: 'python3',
  rb: 'ruby',
  pl: 'perl',
  js: 'node',
};

function interpreted(view: CaseView, container: string, path: string): readonly ProposedFix[] {
  const interpreter = interpreters[/\.(\w{2,4})$/u.exec(path)?.[1] ?? ''];
  return interpreter === undefined
    ? []
    : [otherCommand(view, container, 'Start it by its interpreter', [interpreter, path])];
}

// Files of a ConfigMap or Secret have the mode 0644 unless defaultMode says otherwise (kubernetes.io/docs, "ConfigMap volumes").
function executableMount(view: CaseView, path: string): readonly ProposedFix[] {
  const volume = view.mountAt(path)?.volume;
  const kind = volume?.configMap ? 'configMap' : volume?.secret ? 'secret' : undefined;
  if (volume?.name === undefined || kind === undefined) return [];
  return [
    specPatch(view, `Give the files of volume ${volume.name} the mode 0755 (defaultMode 493)`, {
      volumes: [{ name: volume.name, [kind]: { defaultMode: 0o755 } }],
    }),
  ];
}

function wholeCommandInOneWord(view: CaseView, path: string): boolean {
  return path.includes(' ') && view.spec?.command?.[0] === path;
}

/** The runtime's words (runc, crun) when the command of a container cannot be started. */
export const startRules: readonly Rule[] = [
  startRule({
    id: 'command-in-one-word',
    pattern: /exec: "([^"]{1,300} [^"]{0,300})": (?:executable file not found|stat [^\n]{1,600}no such file)/u,
    cause: ({ path, who }) =>
      `The command of ${who} is one single word with spaces in it, ${JSON.stringify(path)}: an executable file of that name is not found (no such file). Each argument must be a list element of its own.`,
    fixes: (view, container, path) =>
      wholeCommandInOneWord(view, path) && !/["'\\$|&;<>]/u.test(path)
        ? [otherCommand(view, container, 'Split the command into words', path.split(/\s+/u))]
        : [otherCommand(view, container, 'Let a shell split it', ['/bin/sh', '-c', path])],
  }),
  startRule({
    id: 'not-in-path',
    pattern:
      /(?:exec:? "?([^"\n]{1,400}?)"?: executable file not found in|executable file `([^`]{1,300})` not found in) \$PATH/u,
    cause: ({ path, who, view }) =>
      `The command ${path} of ${who} does not exist in the image${imageOf(view)}: executable file not found in $PATH (StartError).`,
    fixes: (view, container, path) => [
      otherCommand(view, container, `Correct the command (${path} is in no folder of $PATH)`, ['REPLACE_ME']),
      { summary: `Or put ${path} into the image` },
    ],
  }),
  startRule({
    id: 'no-such-file',
    pattern:
      /exec:? "?([^"\n]{1,400}?)"?: (?:stat [^\n]{1,400}?: )?no such file or directory|executable file `([^`]{1,300})` not found: No such file/u,
    cause: ({ path, who, view }) =>
      `The command ${path} of ${who} does not exist in the image${imageOf(view)}: no such file or directory, so the runtime cannot start the container (StartError, exit code 128).`,
    fixes: (view, container, path) => [
      otherCommand(view, container, `Correct the path of the command (${path} does not exist)`, ['REPLACE_ME']),
      { summary: `Or put ${path} into the image` },
    ],
  }),
  startRule({
    id: 'exec-format',
    pattern: /(?:exec:? "?([^"\n]{1,400}?)"?: )?exec format error/u,
    cause: ({ path, who, view }) =>
      `The program ${path} of ${who} is built for another architecture than the node's${architectureOf(view)} (or is a script without a #! line): exec format error.`,
    fixes: () => [{ summary: "Use an image built for the node's platform (or a multi-platform one)" }],
  }),
  startRule({
    id: 'is-directory',
    pattern: /exec:? "?([^"\n]{1,400}?)"?: is a directory/u,
    cause: ({ path, who }) => `The command ${path} of ${who} is a directory, not a program, so it cannot be executed.`,
    fixes: (view, container) => [otherCommand(view, container, 'Name the program in that directory', ['REPLACE_ME'])],
  }),
  startRule({
    id: 'not-executable',
    pattern: /exec:? "?([^"\n]{1,400}?)"?: permission denied/u,
    cause: ({ path, who, view }) => {
      const mount = view.mountAt(path);
      const why =
        mount === undefined
          ? 'the execute bit is missing, or it is a directory'
          : `the execute bit is missing in ${mount.label}`;
      return `The command ${path} of ${who} is not executable: permission denied, ${why} (StartError), so the runtime cannot start it.`;
    },
    fixes: (view, container, path) => [
      ...executableMount(view, path),
      ...interpreted(view, container, path),
      ...(view.mountAt(path) === undefined
        ? [{ summary: `Or set the execute bit in the image: RUN chmod +x ${path}` }]
        : []),
    ],
  }),
  startRule({
    id: 'working-directory',
    pattern:
      /chdir to cwd \("([^"]{1,400})"\)[^\n]{0,80}?(?:no such file or directory|permission denied|not a directory)|mkdir (\/[^\s:]{1,300}): (?:not a directory|read-only file system)/u,
    cause: ({ path, who, view, said }) => {
      const why = /no such file or directory|permission denied|not a directory|read-only file system/u.exec(said)?.[0];
      return `The working directory (workingDir) ${view.spec?.workingDir ?? path} of ${who} cannot be used: ${why ?? 'chdir fails'}.`;
    },
    fixes: (view, container) => [containerPatch(view, container, 'Correct workingDir', { workingDir: 'REPLACE_ME' })],
  }),
  startRule({
    id: 'memory-limit-too-low',
    pattern:
      /()OOM-killed \(memory limit too low\?\)|container init was OOM-killed|memory limit too low|minimum memory limit/u,
    cause: ({ who, view }) => {
      // What lies in memory outlives the container's restarts.
      const files = memoryVolume(view);
      const what = files === '' ? 'is too low even to start it' : 'is used up before it starts';
      return `The memory limit ${view.spec?.resources?.limits?.memory ?? ''} of ${who} ${what}: the runtime's own init process is OOM-killed (out of memory)${files}${files === '' ? '' : ' and stay there when the container is restarted'}.`;
    },
    fixes: (view, container) => {
      const disk = onDisk(view);
      return disk.length > 0
        ? [...disk, { summary: 'Or raise the memory limit above what the program writes there' }]
        : [
            containerPatch(view, container, 'Raise the memory limit to 64Mi', {
              resources: { limits: { memory: '64Mi' } },
            }),
          ];
    },
  }),
];

function imageOf(view: CaseView): string {
  return view.spec?.image === undefined ? '' : ` ${view.spec.image}`;
}

function architectureOf(view: CaseView): string {
  const info = (view.node?.status as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo;
  return info?.architecture === undefined ? '' : ` (${info.architecture})`;
}
