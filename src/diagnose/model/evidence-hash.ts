import { createHash } from 'node:crypto';
import type { CaseFile } from '../../model/case-file.ts';
import type { KubePodSpec } from '../../model/kube-objects.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import { viewCase } from '../case-view.ts';
import { weighLines } from '../logs/line-weight.ts';
import type { Brief } from './brief.ts';

const tellingLines = 3;

/**
 * Names a state of the evidence: the same while only time passes (restart counts, ages, names of pods, numbers in a log),
 * another one when the failure, the verdict, the spec or the telling lines change.
 */
export function evidenceHash(file: CaseFile, rules: Diagnosis, brief: Brief): string {
  const view = viewCase(file);
  const lines =
    view.log === undefined ? [] : [...weighLines(view.log)].sort((a, b) => b.weight - a.weight).slice(0, tellingLines);
  // Lines that are far less telling than the first one come and go.
  const telling = lines.filter(({ weight }) => weight * 2 > (lines[0]?.weight ?? 0));
  const unsure = rules.confidence === 'unknown' || rules.confidence === 'low';
  const parts = [
    file.workload.kind,
    file.workload.namespace,
    file.workload.name,
    // Not the reason: a crash loop shows Error and CrashLoopBackOff in turn.
    ...distinct(file.failures.map(({ kind, exitCode, container }) => [kind, exitCode, container].join(' '))),
    rules.rule ?? '',
    rules.confidence,
    withoutNumbers(rules.rootCause),
    templateText(view.podSpec),
    // Events expire after an hour; they count where the rules made nothing of the rest.
    unsure
      ? distinct(brief.facts.map(({ source }) => source).filter((source) => source.startsWith('event '))).join()
      : '',
    ...telling.map(({ line }) => withoutNumbers(line.message)).sort(),
  ];
  return createHash('sha256').update(parts.join('\u0000')).digest('base64url').slice(0, 22);
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** The containers of a pod or template; each pod gets a token volume with a name of its own. */
function templateText(spec: KubePodSpec | undefined): string {
  const text = JSON.stringify([spec?.initContainers ?? [], spec?.containers ?? []]);
  return text.replace(/kube-api-access-[a-z0-9]+/gu, 'kube-api-access');
}

/** A fact as it reads without what differs from one reading to the next; tells which old fact a new one is. */
export function withoutNumbers(text: string): string {
  return text
    .toLowerCase()
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,}\b/gu, '#')
    .replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}\b/gu, '-#')
    .replace(/\b(?:0x)?(?=[a-f]*\d)[0-9a-f]{6,}\b/gu, '#')
    .replace(/\d+(?:[.,:]\d+)*/gu, '#')
    .replace(/(?:#(?:ms|us|ns|[hmsd]))+\b/gu, '#')
    .replace(/\s+/gu, ' ');
}
