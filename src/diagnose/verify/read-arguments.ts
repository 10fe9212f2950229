/** A kubectl command line, split into what it does and to what. */
export interface Arguments {
  /** `patch`, `set image`, `rollout undo` … */
  readonly verb: string;
  /** Words that are no flags, after the verb. */
  readonly words: readonly string[];
  /** Long names without dashes; several values where a flag is given several times. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly namespace: string | undefined;
}

const twoWordVerbs = new Set([
  'set',
  'rollout',
  'create',
  'top',
  'auth',
  'config',
  'certificate',
  'plugin',
  'cluster-info',
]);

/** What each verb may be given: the flags, `=` where they take a value. A verb or flag that is not here is not verified. */
const verbs: Readonly<Record<string, string>> = {
  'set env': 'containers= overwrite env=',
  'set image': '',
  'set resources': 'containers= limits= requests=',
  'set serviceaccount': '',
  'set selector': '',
  patch: 'patch= type=',
  'rollout undo': 'to-revision=',
  'rollout restart': '',
  'rollout status': 'timeout= watch',
  'rollout history': 'revision=',
  'rollout resume': '',
  scale: 'replicas= current-replicas=',
  label: 'overwrite',
  annotate: 'overwrite',
  describe: 'selector= all-namespaces',
  get: 'output= selector= all-namespaces field-selector= sort-by= show-labels watch no-headers label-columns=',
  events: 'for= types= all-namespaces',
  logs: 'container= previous tail= since= timestamps all-containers selector= prefix',
  'top pod': 'containers selector= sort-by= all-namespaces',
  'top pods': 'containers selector= sort-by= all-namespaces',
  'top node': 'sort-by= selector=',
  'top nodes': 'sort-by= selector=',
  explain: 'recursive api-version=',
  wait: 'for= timeout= selector= all',
  'create serviceaccount': '',
  'create job': 'from=',
  'create configmap': 'from-literal= from-file=',
  'create secret': 'from-literal= from-file=',
  'create priorityclass': 'value= description= preemption-policy= global-default',
  'delete pod': 'wait',
  uncordon: '',
  taint: '',
};
const shortFlags: Readonly<Record<string, string>> = {
  n: 'namespace',
  c: 'container',
  p: 'patch',
  o: 'output',
  l: 'selector',
  A: 'all-namespaces',
  w: 'watch',
  e: 'env',
  L: 'label-columns',
};

/** Reads the words of a kubectl command; a verb or flag outside the allow-list is a problem. */
export function readArguments(words: readonly string[]): Arguments | { readonly problem: string } {
  if (words[0] !== 'kubectl') return { problem: 'it is not a kubectl command' };
  const flags = new Map<string, string[]>();
  const plain: string[] = [];
  const raw = words.slice(1);
  const verb = verbOf(raw);
  const allowed = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (allowed === undefined)
    return { problem: verb === '' ? 'it has no verb' : `kubectl ${verb} is not among the allowed verbs` };
  const known = new Map(
    `${allowed} namespace=`
      .split(' ')
      .filter((flag) => flag !== '')
      .map((flag) => [flag.replace('=', ''), flag.endsWith('=')] as const),
  );
  for (let index = 0; index < raw.length; index += 1) {
    const word = raw[index] ?? '';
    if (word === '--') return { problem: 'what follows -- cannot be checked' };
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const flag = readFlag(word, verb);
    const takesValue = known.get(flag.name);
    if (takesValue === undefined) return { problem: `the flag --${flag.name} is not allowed with ${verb}` };
    let value = flag.value;
    if (value === undefined && takesValue) {
      index += 1;
      value = raw[index];
      if (value === undefined) return { problem: `the flag --${flag.name} has no value` };
    }
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), value ?? 'true']);
  }
  const namespaces = flags.get('namespace') ?? [];
  if (namespaces.length > 1) return { problem: 'it names two namespaces' };
  return {
    verb,
    words: plain.slice(verb === 'delete pod' ? 1 : verb.split(' ').length),
    flags,
    namespace: namespaces[0],
  };
}

// Only global flags stand before the verb, and of these only the namespace is allowed.
function verbOf(raw: readonly string[]): string {
  const plain: string[] = [];
  for (let index = 0; index < raw.length && plain.length < 2; index += 1) {
    const word = raw[index] ?? '';
    if (word === '-n' || word === '--namespace') index += 1;
    else if (!word.startsWith('-')) plain.push(word);
    else if (plain.length > 0) break;
  }
  const [first = '', second] = plain;
  if (first === 'delete' && second !== undefined) {
    const kind = second.split('/')[0] ?? '';
    return ['pod', 'pods', 'po'].includes(kind) ? 'delete pod' : `delete ${kind}`;
  }
  return twoWordVerbs.has(first) && second !== undefined ? `${first} ${second}` : first;
}

function readFlag(word: string, verb: string): { readonly name: string; readonly value: string | undefined } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    return { name, value: equals < 0 ? undefined : word.slice(equals + 1) };
  }
  const letter = word.charAt(1);
  const value = word.length > 2 ? word.slice(2).replace(/^=/u, '') : undefined;
  let name = shortFlags[letter] ?? letter;
  if (letter === 'c' && verb.startsWith('set ')) name = 'containers';
  if (letter === 'p' && verb === 'logs') name = 'previous';
  return { name, value };
}
