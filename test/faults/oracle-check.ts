import { judge, type MadeFailure, type OracleInput, type SeenMessage } from './oracle.ts';

const failure: MadeFailure = { name: 'x', kind: 'CrashLoopBackOff', madeAtMs: 1_000, waitMs: 2_000, fact: false };
const opened: SeenMessage = { type: 'opened', name: 'x', atMs: 4_000, from: 'a', doubt: false };
const calm: OracleInput = {
  failures: [failure],
  messages: [opened],
  gaps: [],
  interruptions: [],
  allowanceMs: 1_000,
  holdMs: 3_000,
  nowMs: 60_000,
};
const mended = [{ ...failure, healedAtMs: 20_000 }];

/** What the oracle must find in stories whose end is known; an oracle that sees nothing would call every run good. */
const stories: readonly (readonly [story: string, input: Partial<OracleInput>, found: string])[] = [
  ['told in time', {}, ''],
  ['never told', { messages: [] }, 'missed'],
  ['told late', { messages: [{ ...opened, atMs: 9_000 }] }, 'missed'],
  ['told late after a gap', { messages: [{ ...opened, atMs: 9_000 }], gaps: [{ fromMs: 2_000, toMs: 8_000 }] }, ''],
  ['mended before anybody could know', { messages: [], failures: [{ ...failure, healedAtMs: 2_500 }] }, ''],
  ['told twice', { messages: [opened, { ...opened, atMs: 5_000 }] }, 'duplicates'],
  ['told again as worse', { messages: [opened, { ...opened, atMs: 5_000, type: 'worse' }] }, 'duplicates'],
  [
    'told twice, killed in between',
    {
      messages: [opened, { ...opened, atMs: 9_000, doubt: true }],
      interruptions: [{ atMs: 4_300, how: 'kill' }],
    },
    'inDoubt',
  ],
  [
    'told twice, killed long after',
    {
      messages: [opened, { ...opened, atMs: 20_000, doubt: true }],
      interruptions: [{ atMs: 15_000, how: 'kill' }],
    },
    'duplicates',
  ],
  [
    'called over while it stands',
    { messages: [opened, { ...opened, atMs: 9_000, type: 'recovered' }] },
    'falseResolved',
  ],
  [
    'called over before it was mended',
    { failures: mended, messages: [opened, { ...opened, atMs: 9_000, type: 'recovered' }] },
    'falseResolved',
  ],
  ['mended and never called over', { failures: mended }, 'unresolved'],
  ['about a healthy pod', { messages: [opened, { ...opened, name: 'y' }] }, 'falseAlarms'],
];

/** Complains of every story that the oracle judges wrongly. */
export function checkOracleItself(): string[] {
  return stories.flatMap(([story, input, expected]) => {
    const { missed, duplicates, inDoubt, falseResolved, unresolved, falseAlarms } = judge({ ...calm, ...input });
    const found = Object.entries({ missed, duplicates, inDoubt, falseResolved, unresolved, falseAlarms })
      .flatMap(([name, list]) => (list.length > 0 ? [name] : []))
      .join();
    return found === expected ? [] : [`${story}: found "${found}" instead of "${expected}"`];
  });
}
