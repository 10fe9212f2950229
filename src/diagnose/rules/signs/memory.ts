import type { Hit, Sign } from '../../logs/sign.ts';
import { parseQuantity } from '../../quantity.ts';
import type { ProposedFix } from '../../rule.ts';
import { replaceWordFix, short } from './common-fixes.ts';

function limitOf(hit: Hit): string {
  const limit = hit.view.spec?.resources?.limits?.memory;
  return limit === undefined ? '' : `; the container's memory limit is ${limit}`;
}

function words(hit: Hit): string {
  const env = (hit.view.spec?.env ?? []).map((one) => one.value ?? '');
  return [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? []), ...env].join(' ');
}

/** A V8 heap of three quarters of the memory limit (the rest is for buffers and stacks), or twice the present one. */
function higherHeap(hit: Hit, size: string | undefined): readonly ProposedFix[] {
  if (size === undefined) return [];
  const limit = parseQuantity(hit.view.spec?.resources?.limits?.memory);
  const megabytes = limit === undefined ? Number(size) * 2 : Math.floor((limit / 1024 / 1024) * 0.75);
  if (megabytes <= Number(size)) return [];
  const from = /--max[-_]old[-_]space[-_]size[= ]\d+/.exec(words(hit))?.[0] ?? '';
  const fix = replaceWordFix(
    hit.view,
    from,
    from.replace(/\d+$/, String(megabytes)),
    `Raise --max-old-space-size to ${String(megabytes)} MB`,
  );
  return fix ? [fix] : [];
}

/** A JVM heap of three quarters of the memory limit, or twice the present one. */
function higherJvmHeap(hit: Hit, flag: string | undefined): readonly ProposedFix[] {
  const [, count, unit = ''] = /^-Xmx(\d+)([kKmMgG]?)$/.exec(flag ?? '') ?? [];
  if (flag === undefined || count === undefined) return [];
  const bytes = Number(count) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1);
  const limit = parseQuantity(hit.view.spec?.resources?.limits?.memory);
  const wanted = limit === undefined ? bytes * 2 : limit * 0.75;
  if (wanted <= bytes) return [];
  const to = `-Xmx${String(Math.floor(wanted / 1024 ** 2))}m`;
  const fix = replaceWordFix(hit.view, flag, to, `Raise the heap to ${to}`);
  return fix ? [fix] : [];
}

/** Runtimes that reach a limit of their own. */
export const memorySigns: readonly Sign[] = [
  {
    id: 'memory/v8-heap',
    rank: 'exact',
    strength: 24,
    pattern:
      /JavaScript heap out of memory|Reached heap limit Allocation failed|Ineffective mark-compacts near heap limit|invalid (?:array|table) size Allocation failed/,
    read: (hit) => {
      const size = /--max[-_]old[-_]space[-_]size[= ](\d+)/.exec(words(hit))?.[1];
      return {
        cause: `Node reaches the V8 heap limit${size === undefined ? '' : ` (--max-old-space-size=${size}, ${size} MB)`}: JavaScript heap out of memory`,
        fixes: [
          ...higherHeap(hit, size),
          {
            summary:
              size === undefined
                ? `Raise --max-old-space-size (NODE_OPTIONS) below the memory limit, or find what grows`
                : `Raise --max-old-space-size above ${size}, below the container's memory limit, or find what grows`,
          },
        ],
        bonus: 8,
      };
    },
  },
  {
    id: 'memory/jvm-heap',
    rank: 'exact',
    strength: 22,
    pattern:
      /(?:java\.lang\.)?OutOfMemoryError: (Java heap space|GC overhead limit exceeded|Metaspace|Compressed class space|Direct buffer memory|Cannot reserve \d+ bytes of direct buffer memory[^\n]{0,80}|unable to create (?:new )?native thread[^\n]{0,80}|Requested array size exceeds VM limit|Map failed)|Terminating due to java\.lang\.OutOfMemoryError: ?([^\n]{0,60})/,
    read: (hit) => {
      const what = hit.group(1) || hit.group(2);
      const flag = /-Xmx\w+|-XX:MaxRAMPercentage=[\d.]+|-XX:MaxMetaspaceSize=\w+|-XX:MaxDirectMemorySize=\w+/.exec(
        words(hit),
      )?.[0];
      if (what.includes('native thread')) {
        return {
          cause: `The JVM cannot start another thread: OutOfMemoryError: ${short(what, 80)} (limit of processes or memory)`,
          fixes: [{ summary: 'Use fewer threads, or raise the pids limit and the memory limit' }],
          bonus: 8,
        };
      }
      return {
        cause: `The JVM reaches a limit of its own, java.lang.OutOfMemoryError: ${what}${flag === undefined ? '' : ` (set by ${flag})`}`,
        fixes: [
          ...higherJvmHeap(hit, flag),
          {
            summary: `Raise ${flag?.split(/[=\d]/)[0] ?? 'the heap (-Xmx or -XX:MaxRAMPercentage)'} below the container's memory limit, or find what grows`,
          },
        ],
        bonus: 8,
      };
    },
  },
  {
    id: 'memory/jvm-start',
    rank: 'exact',
    strength: 22,
    pattern:
      /Initial heap size set to a larger value than the maximum heap size|Could not reserve enough space for (?:(\w+) )?object heap|There is insufficient memory for the Java Runtime Environment to continue|Invalid (?:maximum|initial) heap size: (\S+)|The (?:specified|requested) size exceeds the maximum representable size|Too small (?:maximum|initial) heap[^\n]{0,40}|Unrecognized VM option '([^']{1,80})'|Conflicting collector combinations in option list[^\n]{0,60}|Improperly specified VM option '([^']{1,80})'/,
    read: (hit) => ({
      cause: `The JVM cannot start with its ${/VM option|Conflicting/.test(hit.match[0]) ? 'options' : 'memory options'}: ${short(hit.match[0], 140)}${limitOf(hit)}`,
      fixes: [{ summary: 'Correct the JVM options (JAVA_TOOL_OPTIONS, JAVA_OPTS or the command)' }],
      bonus: 8,
    }),
  },
  {
    id: 'memory/allocation',
    rank: 'specific',
    strength: 19,
    pattern:
      /^MemoryError\b[^\n]{0,80}|numpy[^\n]{0,60}MemoryError: [^\n]{1,120}|std::bad_alloc|(?:[Cc]annot|[Cc]ould not|[Ff]ailed to|can't|unable to) allocate (?:memory|\d+ bytes)[^\n]{0,80}|memory allocation of \d+ bytes failed|runtime: out of memory[^\n]{0,80}|fatal error: (?:runtime: )?out of memory|Allowed memory size of (\d+) bytes exhausted[^\n]{0,80}|System\.OutOfMemoryException[^\n]{0,80}|NoMemoryError[^\n]{0,60}|ENOMEM|Out of memory!|[Nn]ot enough memory[^\n]{0,60}|could not map anonymous shared memory: [^\n]{1,80}|could not resize shared memory segment[^\n]{0,120}/,
    read: (hit) => {
      const php = hit.group(1);
      const shm = hit.match[0].includes('shared memory segment');
      return {
        cause:
          php !== ''
            ? `PHP reaches its memory_limit: allowed memory size of ${php} bytes exhausted`
            : shm
              ? `PostgreSQL has too little shared memory (/dev/shm): ${short(hit.match[0], 120)}`
              : `The program cannot get the memory it asks for (out of memory: ${short(hit.match[0], 100)})${limitOf(hit)}`,
        fixes: [
          {
            summary:
              php !== ''
                ? 'Raise memory_limit of PHP below the container limit'
                : shm
                  ? 'Mount an emptyDir with medium Memory at /dev/shm'
                  : 'Raise the memory limit, or let the program use less',
          },
        ],
        bonus: 5,
      };
    },
  },
  {
    id: 'memory/threads',
    rank: 'specific',
    strength: 19,
    pattern:
      /can't start new thread|pthread_create failed[^\n]{0,80}|failed to create new OS thread[^\n]{0,60}|fork: (?:retry: )?(?:Resource temporarily unavailable|Cannot allocate memory)|newosproc|runtime: failed to create new OS thread|uv_thread_create|Cannot fork|EAGAIN[^\n]{0,40}(?:fork|spawn|thread)|(?:fork|spawn|clone)[^\n]{0,60}EAGAIN/,
    read: (hit) => ({
      cause: `The program cannot start another thread or process (${short(hit.match[0], 80)}): the pids limit is reached`,
      fixes: [{ summary: 'Use fewer threads, or raise the pids limit of pods (podPidsLimit of kubelet)' }],
    }),
  },
  {
    id: 'memory/stack-overflow',
    rank: 'specific',
    strength: 18,
    pattern:
      /StackOverflowError|RecursionError: [^\n]{1,80}|Maximum call stack size exceeded|SystemStackError[^\n]{0,40}|goroutine stack exceeds \d+-byte limit|stack overflow|has overflowed its stack/i,
    read: (hit) => ({
      cause: `The program recurses without end: ${hit.match[0]} (stack overflow)`,
      fixes: [{ summary: 'Mend the recursion; the trace shows the functions' }],
    }),
  },
];
