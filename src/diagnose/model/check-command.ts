import type { CaseFile } from '../../model/case-file.ts';
import { isClusterScoped } from '../verify/known-objects.ts';
import { readTarget } from '../verify/find-target.ts';
import { readArguments } from '../verify/read-arguments.ts';
import type { Arguments } from '../verify/read-arguments.ts';
import { shellWords } from '../verify/shell-words.ts';
import { placeholder, verifyCommand } from '../verify.ts';

/** A command of the model that may be shown, or the reason why it may not. */
export type CheckedCommand = { readonly verified: boolean } | { readonly problem: string };

// Narrower than what the rules may propose: the model never deletes, creates, labels or taints.
const reads = new Set([
  'get',
  'describe',
  'logs',
  'events',
  'top pod',
  'top pods',
  'rollout status',
  'rollout history',
]);
const changes = new Set(['set image', 'set env', 'set resources', 'rollout undo', 'rollout restart', 'scale', 'patch']);

// What a patch may touch; anything that widens rights or changes what is executed is not among it.
const patchKeys = new Set(
  `spec template jobTemplate containers initContainers name image imagePullPolicy imagePullSecrets env value valueFrom
  configMapKeyRef secretKeyRef key resources limits requests memory cpu ephemeral-storage replicas ports containerPort
  readinessProbe livenessProbe startupProbe httpGet tcpSocket grpc path port scheme initialDelaySeconds timeoutSeconds
  periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds progressDeadlineSeconds
  activeDeadlineSeconds backoffLimit targetPort storage`.split(/\s+/u),
);

/** Stand-ins for REPLACE_ME, so that the rest of a command can be checked: a word, a number, a quantity. */
const standIns = ['replaced', '1', '64Mi'];
const mostCharacters = 1000;

/**
 * Whether a command of the model may be shown: it passes `verifyCommand`, its verb is on the model's own list, it stays in the
 * workload's namespace, leaves Secrets alone, and brings no image, host or value that is not in the case. With REPLACE_ME in
 * it, it is shown unverified, if some value would make it right. `told` are texts in which a value may stand too.
 */
export function checkCommand(command: string, file: CaseFile, told: readonly string[]): CheckedCommand {
  if (command.length > mostCharacters) return { problem: 'too long' };
  if (command.includes(placeholder)) {
    const filled = standIns.find((value) => verifyCommand(command.replaceAll(placeholder, value), file).verified);
    if (filled === undefined) return { problem: 'no value makes it right' };
    const problem = problemOf(command, file, told);
    return problem === undefined ? { verified: false } : { problem };
  }
  const [reason] = verifyCommand(command, file).reasons;
  const problem = reason ?? problemOf(command, file, told);
  return problem === undefined ? { verified: true } : { problem };
}

function problemOf(command: string, file: CaseFile, told: readonly string[]): string | undefined {
  const split = shellWords(command);
  if ('problem' in split) return split.problem;
  const given = readArguments(split.words);
  if ('problem' in given) return given.problem;
  const { verb, flags, namespace } = given;
  if (!reads.has(verb) && !changes.has(verb)) return `${verb} is not for the model`;
  for (const flag of ['all-namespaces', 'selector', 'from', 'watch', 'field-selector']) {
    if (flags.has(flag)) return `--${flag} is not for the model`;
  }
  const target = targetOf(given);
  if (/^secrets?$/iu.test(target.kind)) return 'it is about a Secret';
  if (namespace !== file.workload.namespace && !(namespace === undefined && isClusterScoped(target.kind))) {
    return 'it is about another namespace';
  }
  if (!changes.has(verb)) return undefined;
  if (target.name !== file.workload.name && !isOwner(target, file)) return 'it changes another workload';
  if (verb === 'scale') return flags.get('replicas')?.[0] === '0' ? 'it turns the workload off' : undefined;
  const values = verb === 'patch' ? patchValues(flags.get('patch')?.[0] ?? '') : settingValues(given);
  if ('problem' in values) return values.problem;
  const foreign = values.values.find((value) => !isKnownValue(value, file, told));
  return foreign === undefined ? undefined : `${foreign} is not in the case`;
}

function targetOf({ words, verb }: Arguments): { readonly kind: string; readonly name: string | undefined } {
  if (verb === 'events') return { kind: 'Event', name: undefined };
  const fixed = verb.startsWith('top ') || (verb === 'logs' && !(words[0] ?? '').includes('/')) ? 'Pod' : undefined;
  const target = readTarget(words, fixed);
  return 'problem' in target ? { kind: '', name: undefined } : target;
}

/** The workload itself may be a bare pod; a pod of the workload is not changed, its template is. */
function isOwner(target: { readonly kind: string; readonly name: string | undefined }, file: CaseFile): boolean {
  return file.owners.some((owner) => owner.kind === target.kind && owner.metadata?.name === target.name);
}

type Values = { readonly values: readonly string[] } | { readonly problem: string };

function settingValues({ verb, words, flags }: Arguments): Values {
  const pairs = words.filter((word) => word.includes('='));
  const quantities = [...(flags.get('limits') ?? []), ...(flags.get('requests') ?? [])].flatMap((flag) =>
    flag.split(','),
  );
  const values = [...pairs, ...quantities].map((pair) => pair.slice(pair.indexOf('=') + 1));
  const names = verb === 'set env' ? pairs.map((pair) => pair.slice(0, pair.indexOf('='))) : [];
  return { values: [...values, ...names] };
}

function patchValues(text: string): Values {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { problem: 'its patch is no JSON' };
  }
  const values: string[] = [];
  const problem = Array.isArray(body)
    ? body.map((operation) => walkOperation(operation, values)).find((one) => one !== undefined)
    : walk(body, values);
  return problem === undefined ? { values } : { problem };
}

function walkOperation(operation: unknown, values: string[]): string | undefined {
  const { op, path, value } = (operation ?? {}) as { op?: unknown; path?: unknown; value?: unknown };
  if (op !== 'add' && op !== 'replace' && op !== 'test') return 'its patch takes something away';
  const keys = typeof path === 'string' ? path.split('/').slice(1) : [''];
  const foreign = keys.find((key) => !/^(?:\d+|-)$/u.test(key) && !patchKeys.has(key));
  return foreign === undefined ? walk(value, values) : `its patch touches ${foreign}`;
}

function walk(value: unknown, values: string[]): string | undefined {
  if (value === null) return 'its patch takes something away';
  if (Array.isArray(value)) return value.map((item) => walk(item, values)).find((one) => one !== undefined);
  if (typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      if (!patchKeys.has(key)) return `its patch touches ${key}`;
      const problem = walk(member, values);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (typeof value === 'string') values.push(value);
  return undefined;
}

/** Numbers and quantities are for a person to judge; any other value must stand in the specs or names of the case. */
function isKnownValue(value: string, file: CaseFile, told: readonly string[]): boolean {
  if (value === placeholder || value === '') return true;
  if (/^\d+(?:\.\d+)?(?:m|k|[KMGT]i?|%|s)?$/u.test(value) || /^(?:true|false)$/u.test(value)) return true;
  const objects = [...file.owners, ...file.pods, ...(file.pod === undefined ? [] : [file.pod])];
  return (
    told.includes(value) ||
    objects.some(({ spec }) => holds(spec, value)) ||
    [...file.cluster, ...file.neighbours, ...objects].some(({ metadata }) => metadata?.name === value)
  );
}

function holds(value: unknown, wanted: string): boolean {
  if (value === wanted) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => holds(member, wanted));
}
