import { jsonPatch } from '../../kubectl.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { hasTemplate, isNear, short } from './common-fixes.ts';

/** The offending argument in the pod spec, with its place, when it stands there. */
function argumentAt(hit: Hit, flag: string): { readonly list: 'command' | 'args'; readonly index: number } | undefined {
  for (const list of ['args', 'command'] as const) {
    const index = (hit.view.spec?.[list] ?? []).findIndex(
      (word) =>
        word === flag ||
        word.split('=')[0] === flag ||
        word.replace(/^-+/, '').split('=')[0] === flag.replace(/^-+/, ''),
    );
    if (index >= 0) return { list, index };
  }
  return undefined;
}

// The usage that follows lists what the program does know.
function knownFlag(hit: Hit, flag: string): string | undefined {
  const bare = flag.replace(/^-+/, '').split('=')[0] ?? '';
  const suggested =
    /[Dd]id you mean:? ['"`]?(-{0,2}[\w-]+)|similar (?:argument|option)[^'"`-]{0,30}['"`]?(--?[\w-]+)/.exec(
      hit.around(0, 8),
    );
  const named = suggested?.[1] ?? suggested?.[2];
  if (named !== undefined) return named;
  for (const line of hit.log.lines) {
    for (const found of line.text.matchAll(/(?:^|[\s,[(|])(--?[A-Za-z][\w-]{1,40})/g)) {
      const known = found[1] ?? '';
      if (isNear(known.replace(/^-+/, ''), bare)) return known;
    }
  }
  return undefined;
}

function unknownFlag(hit: Hit, raw: string): Reading | undefined {
  const flag = raw.replace(/[.,;:'"`\u2019]+$/, '');
  if (flag.length < 1 || flag.length > 80) return undefined;
  const at = argumentAt(hit, flag);
  const known = knownFlag(hit, flag);
  const better = known === undefined ? '' : `; the program knows ${known}`;
  const shown = at === undefined ? flag : (hit.view.spec?.[at.list]?.[at.index]?.split('=')[0] ?? flag);
  return {
    cause: `The command-line argument ${shown} is an unknown flag (unrecognised option)${better}`,
    fixes: [flagFix(hit, flag, at, known)],
    bonus: 4,
  };
}

function flagFix(hit: Hit, flag: string, at: ReturnType<typeof argumentAt>, known: string | undefined): ProposedFix {
  const { view } = hit;
  const summary =
    known === undefined ? `Correct or remove the argument ${flag}` : `Change the argument ${flag} to ${known}`;
  const containers = view.template?.spec?.containers ?? [];
  const place = containers.findIndex((one) => one.name === view.container);
  if (!at || known === undefined || place < 0 || !hasTemplate(view.target)) return { summary };
  const old = view.spec?.[at.list]?.[at.index] ?? '';
  const base = view.target.kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec';
  const path = `${base}/containers/${String(place)}/${at.list}/${String(at.index)}`;
  const rest = old.includes('=') ? old.slice(old.indexOf('=')) : '';
  const dashes = /^-+/.exec(old)?.[0] ?? '';
  const value = `${known.startsWith('-') ? known : dashes + known}${rest}`;
  return {
    summary,
    command: jsonPatch(view.target, [
      { op: 'test', path, value: old },
      { op: 'replace', path, value },
    ]),
  };
}

const flagWord = String.raw`['"\x60\u2018]?(-{1,2}[A-Za-z][\w.-]*(?:=[^\s'"\x60]*)?|-{1,2}\w)['"\x60\u2019]?`;

/** Arguments that the program does not take. */
export const flagSigns: readonly Sign[] = [
  {
    id: 'configuration/unknown-flag',
    rank: 'exact',
    strength: 22,
    pattern: new RegExp(
      String.raw`(?:flag provided but not defined|unknown (?:long |short |shorthand )?(?:flag|option|argument|command.line (?:option|argument|flag))s?|unrecogni[sz]ed (?:option|argument|flag|command.line (?:option|argument))s?|invalid (?:option|argument|flag)|illegal option|bad (?:option|flag)|no such option|unexpected (?:argument|option|flag)|[Uu]nknown arguments?|[Uu]nsupported (?:option|flag|argument)|unparsed (?:option|argument)s?|not a valid option|Unrecognized VM option|Found argument|unknown variable|unknown option to)(?: found)?[:\s]{0,3}(?:-- )?${flagWord}`,
      'i',
    ),
    read: (hit) => unknownFlag(hit, hit.group(1)),
  },
  {
    id: 'configuration/unknown-flag-after',
    rank: 'exact',
    strength: 20,
    pattern: new RegExp(
      String.raw`(?:[Oo]ption|[Aa]rgument|[Ff]lag):? ${flagWord} (?:is |was )?(?:not (?:recogni[sz]ed|known|supported|defined|valid|allowed|understood)|unknown|invalid|unrecogni[sz]ed|unexpected)`,
    ),
    read: (hit) => unknownFlag(hit, hit.group(1)),
  },
  {
    id: 'configuration/bad-option-word',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:unrecogni[sz]ed option|invalid option|illegal option|unknown option|bad option|unknown flag|unrecognized VM option|unknown shorthand flag:|bad flag|unknown variable)(?: --)?[: ]+['"`\u2018]?-?-?([A-Za-z][\w.-]*)/i,
    read: (hit) => (/^\S{0,80}sed: -e expression/.test(hit.line.message) ? undefined : unknownFlag(hit, hit.group(1))),
  },
  {
    id: 'configuration/sed-expression',
    rank: 'exact',
    strength: 21,
    pattern:
      /\bsed: (?:-e expression #\d+, char \d+|file \S{1,200} line \d+|bad \w+|unsupported command): ?([^\n]{1,80})/,
    read: (hit) => ({
      cause: `A sed expression of the start script is broken (${short(hit.match[0], 120)})${/option to|unterminated|unknown command/.test(hit.match[0]) ? ': most likely a value that is put into it holds the delimiter (a slash) or another special character' : ''}`,
      fixes: [{ summary: 'Escape the value in the script, or take a delimiter that no value holds (s|from|to|)' }],
      bonus: 6,
    }),
  },
  {
    id: 'configuration/unrecognised-arguments',
    rank: 'exact',
    strength: 20,
    pattern: /error: unrecognized arguments: (\S.{0,120})|unexpected argument '?([^'\s]{1,80})'? found/,
    read: (hit) => unknownFlag(hit, (hit.group(1) || hit.group(2)).split(' ')[0] ?? ''),
  },
  {
    id: 'configuration/unknown-subcommand',
    rank: 'exact',
    strength: 18,
    pattern:
      /(?:unknown (?:sub)?command|unrecogni[sz]ed (?:sub)?command|invalid (?:sub)?command|no such command|unknown action|is not a (?:known |valid |docker |git |\w+ )?command)[: ]+["'`]?([\w:.-]{1,60})/i,
    read: (hit) => ({
      cause: `The command-line argument ${hit.group(1)} is an unknown command (subcommand) of the program`,
      fixes: [{ summary: `Correct the argument ${hit.group(1)} in the container's command or args` }],
      bonus: 2,
    }),
  },
  {
    id: 'configuration/missing-flag',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:required (?:flag|option|argument)\(?s?\)?:?|the following (?:required )?arguments? (?:are|were|was|is) (?:required|not provided)(?: arguments?)?:?|[Mm]issing (?:required )?(?:flag|option|argument|parameter)s?:?|[Mm]ust (?:specify|provide|pass|give)(?: the| an?)?(?: option| flag| argument)?|required option)\s{0,4}["'`<]?(--?[A-Za-z][\w-]*|<[\w-]+>|["'][\w-]+["'])/,
    read: (hit) => {
      const flag = hit.group(1).replace(/["']/g, '');
      return {
        cause: `The required command-line argument (flag) ${flag} is missing (not set)`,
        fixes: [{ summary: `Add ${flag} to the container's args` }],
        bonus: 3,
      };
    },
  },
  {
    id: 'configuration/required-arguments-below',
    rank: 'exact',
    strength: 20,
    lines: 6,
    pattern: /required arguments? (?:was|were) not provided:((?:\n\s+[-<][^\n]{1,120}){1,5})/,
    read: (hit) => {
      const names = hit.group(1).match(/^\s*(?:--?[\w-]{1,60}|<[\w-]{1,60}>)/gmu) ?? [];
      const list = names.map((name) => name.trim()).join(', ');
      if (list === '') return undefined;
      return {
        cause: `The required command-line argument (flag) ${list} is missing (not set)`,
        fixes: [{ summary: "Add it to the container's args" }],
        bonus: 4,
      };
    },
  },
  {
    id: 'configuration/required-options-list',
    rank: 'exact',
    strength: 18,
    pattern:
      /the following arguments are required: ([\w/, -]{1,120})|(?:[Rr]equired|[Mm]issing) (?:flag|option|argument)s?\(?s?\)? "?(?!w(?:as|ere) )([\w, "-]{1,120})"? (?:not (?:been )?(?:set|provided)|is required|is missing)/,
    read: (hit) => ({
      cause: `The required command-line argument (flag) ${short(hit.group(1) || hit.group(2)).replace(/"/g, '')} is missing (not set)`,
      fixes: [{ summary: "Add it to the container's args" }],
      bonus: 3,
    }),
  },
  {
    id: 'configuration/invalid-flag-value',
    rank: 'exact',
    strength: 20,
    pattern:
      /invalid (?:value|argument|boolean value) ["'\u2018\u201c]?([^"'\u2019\u201d]{0,100})["'\u2019\u201d]? for (?:flag |option |argument |")?['"\u2018]?(--?[A-Za-z][\w-]*)(?:[^:]{0,60}: (.{1,120}))?/i,
    read: (hit) => ({
      cause: `The command-line argument (flag) ${hit.group(2)} has the invalid value ${short(hit.group(1), 80)}${hit.group(3) ? ` (${short(hit.group(3), 80)})` : ''}`,
      fixes: [{ summary: `Give ${hit.group(2)} a valid value` }],
      bonus: 4,
    }),
  },
  {
    id: 'configuration/click-value',
    rank: 'exact',
    strength: 20,
    pattern: /Invalid value for ['"]?(--?[A-Za-z][\w-]{0,60})['"]?(?: \/ ['"]?-\w['"]?)?: (.{1,200})/,
    read: (hit) => ({
      cause: `The command-line argument (flag) ${hit.group(1)} has an invalid value (${short(hit.group(2), 120)})`,
      fixes: [{ summary: `Give ${hit.group(1)} a valid value` }],
      bonus: 4,
    }),
  },
  {
    id: 'configuration/argparse-value',
    rank: 'exact',
    strength: 20,
    pattern:
      /error: (?:argument|option) ([\w/-]{1,60}):? (invalid (?:\w+ )?(?:value|choice)[^(]{0,100}|expected .{0,60}argument.{0,20}|requires .{0,60})/,
    read: (hit) => ({
      cause: `The command-line argument (option) ${hit.group(1)} is wrong: ${short(hit.group(2))}`,
      fixes: [{ summary: `Give ${hit.group(1)} a valid value` }],
      bonus: 4,
    }),
  },
  {
    id: 'configuration/option-needs-argument',
    rank: 'exact',
    strength: 18,
    pattern:
      /(?:flag needs an argument|option requires an argument|requires a value|requires an argument|missing argument for|missing value for)[: ]{1,3}(?:flag |option |-- )*['"`]?(-{0,2}[\w-]{1,60})|option ['"`\u2018]?(--?[\w-]{1,60})['"`\u2019]? requires an argument/i,
    read: (hit) => ({
      cause: `The command-line argument (flag) ${hit.group(1) || hit.group(2)} is missing its value`,
      fixes: [{ summary: 'Give it a value in the args of the container' }],
      bonus: 2,
    }),
  },
];
