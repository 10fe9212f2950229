import type { CaseView, Exit } from '../case-view.ts';
import { describe, logs } from '../kubectl.ts';
import { oddLine } from '../logs/line-weight.ts';
import { containerName, jobEnding } from '../logs/sentence.ts';
import { quoteLog } from '../../model/log-quote.ts';
import type { Cite, Finding, ProposedFix, Rule } from '../rule.ts';
import { failingProbe } from './probe-facts.ts';
import { short } from './signs/common-fixes.ts';

function exitCite(view: CaseView, exit: Exit): Cite {
  const ran = exit.ranMs === undefined ? '' : ` after ${String(Math.round(exit.ranMs / 1000))} s`;
  return {
    source: `pod ${view.pod?.metadata?.name ?? ''}`,
    text: `container ${view.container ?? ''}: exit code ${String(exit.code)} (${exit.reason})${ran}, ${String(view.restarts)} restarts`,
  };
}

function look(view: CaseView): readonly ProposedFix[] {
  const pod = view.pod?.metadata;
  if (!pod?.name || view.container === undefined) return [];
  const ref = { kind: 'Pod', name: pod.name, namespace: view.namespace };
  return [
    { summary: 'Read the whole log', command: logs(ref, view.container, view.log?.instance === 'previous') },
    { summary: 'See the state of the pod', command: describe(ref) },
  ];
}

// What the codes mean: POSIX shells (126, 127), 128 + signal (signal(7)), the runtimes' own codes.
const meanings: Readonly<Record<number, string>> = {
  1: 'a general error',
  2: 'a usage error or a panic',
  64: 'a usage error (EX_USAGE)',
  65: 'a data error (EX_DATAERR)',
  66: 'an input file that does not exist (EX_NOINPUT)',
  69: 'a service that is unavailable (EX_UNAVAILABLE)',
  70: 'an internal software error (EX_SOFTWARE)',
  71: 'an operating system error (EX_OSERR)',
  73: 'an output file that cannot be created (EX_CANTCREAT)',
  74: 'an input/output error (EX_IOERR)',
  75: 'a temporary failure (EX_TEMPFAIL)',
  77: 'a permission problem (EX_NOPERM)',
  78: 'a configuration error (EX_CONFIG)',
  101: 'a Rust panic',
  124: 'a time limit that ran out (timeout)',
  125: 'a command that could not be started by its wrapper',
  126: 'a command that is not executable (permission denied)',
  127: 'a command that does not exist in the image (command not found)',
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL, an illegal instruction: the binary needs a CPU feature that the node lacks',
  133: 'SIGTRAP',
  134: 'SIGABRT: the program aborts itself',
  135: 'SIGBUS: a bad memory access, for example to a truncated mapped file or a full /dev/shm',
  136: 'SIGFPE: an arithmetic error such as a division by zero',
  137: 'SIGKILL',
  138: 'SIGUSR1: nobody in the program handles it',
  139: 'SIGSEGV: a segmentation fault (or abort() of a process that is PID 1)',
  140: 'SIGUSR2: nobody in the program handles it',
  141: 'SIGPIPE',
  142: 'SIGALRM (alarm clock): a timer of the program itself ran out',
  143: 'SIGTERM',
  152: 'SIGXCPU: the limit of CPU time (ulimit -t) is used up',
  153: 'SIGXFSZ: a file grows beyond the limit of its size (ulimit -f)',
  159: 'SIGSYS: a system call that seccomp forbids',
  255: 'a fatal error (255)',
};

function lastLine(view: CaseView): { readonly text: string; readonly cites: readonly Cite[] } {
  const log = view.log;
  const line = log?.lines.at(-1);
  if (!log || !line) return { text: '', cites: [] };
  const names = (view.spec?.env ?? []).flatMap(({ name = '' }) => (name.length > 4 ? name : []));
  const odd = oddLine(log, names);
  const telling = odd !== undefined && odd !== line;
  const cited = [...(telling ? [odd] : []), ...log.lines.slice(-4)];
  return {
    text: telling
      ? `; what stands out in its log is ${quoteLog(short(odd.message, 240))}`
      : `; the last line of its log is ${quoteLog(short(line.message, 200))}`,
    cites: [...new Set(cited)].map((one) => ({ source: log.source, text: quoteLog(one.text) })),
  };
}

function finding(
  view: CaseView,
  exit: Exit,
  rootCause: string,
  confidence: Finding['confidence'],
  cites: readonly Cite[] = [],
  fixes: readonly ProposedFix[] = [],
): Finding {
  return { rootCause, confidence, cites: [exitCite(view, exit), ...cites], fixes: [...fixes, ...look(view)] };
}

/** What an exit tells when nothing else does. */
export const exitRules: readonly Rule[] = [
  {
    id: 'process/termination-message',
    rank: 'general',
    explain: (view) => {
      const message = view.exit?.message?.trim();
      if (
        !view.exit ||
        message === undefined ||
        message === '' ||
        view.exit.reason === 'StartError' ||
        view.exit.code === 0
      )
        return undefined;
      return finding(
        view,
        view.exit,
        `${upper(containerName(view))} exits with code ${String(view.exit.code)}; its termination message says ${quoteLog(short(message, 240))}${jobEnding(view)}.`,
        'medium',
      );
    },
  },
  {
    id: 'process/segmentation-fault',
    rank: 'specific',
    kinds: ['CrashLoopBackOff', 'JobFailed', 'Failed'],
    explain: (view) => {
      const { exit } = view;
      if (exit?.code !== 139 && exit?.code !== 132 && exit?.code !== 135 && exit?.code !== 136 && exit?.code !== 159)
        return undefined;
      const { text, cites } = lastLine(view);
      return finding(
        view,
        exit,
        `${upper(containerName(view))} is ended by ${meanings[exit.code] ?? ''}, exit code ${String(exit.code)}${text}${jobEnding(view)}.`,
        'medium',
        cites,
        [{ summary: 'Look for a native library or binary that does not fit; take a core dump' }],
      );
    },
  },
  {
    id: 'process/completes-and-restarts',
    rank: 'specific',
    kinds: ['CrashLoopBackOff'],
    explain: (view) => {
      const { exit } = view;
      if (exit?.code !== 0 || view.role === 'init' || exit.reason === 'OOMKilled') return undefined;
      // Many programs end with 0 when kubelet asks them to.
      if (failingProbe(view)?.kills === true) return undefined;
      const policy = view.podSpec?.restartPolicy ?? 'Always';
      const { text, cites } = lastLine(view);
      const command = view.spec?.command?.join(' ') ?? '';
      const why = command === '' ? 'The program' : `The command ${short(command, 100)}`;
      return finding(
        view,
        exit,
        `${why} of ${containerName(view)} ends with exit code 0 (Completed): its main process finishes instead of staying in the foreground, and restartPolicy ${policy} starts it again${text}.`,
        'high',
        cites,
        [{ summary: 'Run the program in the foreground (no daemon mode), or run a task that ends as a Job' }],
      );
    },
  },
  {
    id: 'process/killed',
    rank: 'fallback',
    explain: (view) => {
      const { exit } = view;
      if (exit?.code !== 137 && exit?.code !== 143) return undefined;
      const { text, cites } = lastLine(view);
      const signal = exit.code === 137 ? 'SIGKILL' : 'SIGTERM';
      return finding(
        view,
        exit,
        `${upper(containerName(view))} is ended by ${signal} (exit code ${String(exit.code)})${text}${jobEnding(view)}.`,
        'low',
        cites,
      );
    },
  },
  {
    id: 'process/exit-code',
    rank: 'fallback',
    explain: (view) => {
      const { exit } = view;
      if (!exit || exit.code === 0 || exit.reason === 'OOMKilled') return undefined;
      const meaning = nodeMeaning(view, exit.code) ?? meanings[exit.code];
      const { text, cites } = lastLine(view);
      const silent = view.logs.length === 0 ? ' and its log is empty' : text;
      const command =
        exit.code === 126 || exit.code === 127
          ? ` (command ${short([...(view.spec?.command ?? []), ...(view.spec?.args ?? [])].join(' '), 120)})`
          : '';
      return finding(
        view,
        exit,
        `${upper(containerName(view))} exits with code ${String(exit.code)}${meaning === undefined ? '' : `, ${meaning}`}${command}${silent}${jobEnding(view)}.`,
        exit.code === 126 || exit.code === 127 ? 'medium' : 'low',
        cites,
      );
    },
  },
];

// nodejs.org/api/process.html#exit-codes
function nodeMeaning(view: CaseView, code: number): string | undefined {
  if (!/(?:^|\/)node(?:js)?$/u.test(view.spec?.command?.[0] ?? '')) return undefined;
  if (code === 13) return 'Node.js: an await at the top level never settles (its promise is never resolved)';
  return code === 9 ? 'Node.js: an invalid argument or option' : undefined;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
