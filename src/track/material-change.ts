import type { Diagnosis } from '../model/diagnosis.ts';
import type { Severity } from '../model/incident.ts';
import { shortHash, type IncidentState, type Told } from './incident-state.ts';
import { isWorse } from './severity.ts';
import { isQuietClass } from './slots.ts';
import { classOfKind } from '../model/failure.ts';
import type { TrackSettings } from './track-settings.ts';

/** A reason to speak again, and from when on. */
export interface MaterialChange {
  readonly reason: string;
  readonly notBeforeMs: number;
}

/** What an incident looks like now, those that are told in it included. */
export interface PresentSize {
  readonly failing: number;
  readonly total: number;
  readonly severity: Severity;
  readonly noneReady: boolean;
}

/** The most important way in which it got materially worse since people were told; undefined when it did not. */
export function materialChange(
  incident: IncidentState,
  told: Told,
  now: PresentSize,
  settings: TrackSettings,
): MaterialChange | undefined {
  const soonMs = told.atMs + settings.worseQuietMs;
  const { kind, diagnosis } = incident;
  const consequence = isQuietClass(classOfKind[kind]) && [...told.kinds].some((one) => isQuietClass(classOfKind[one]));
  if (!told.kinds.has(kind) && !consequence) return { reason: `now ${kind}`, notBeforeMs: soonMs };
  if (isWorse(now.severity, told.severity)) {
    return { reason: `now ${now.severity}${now.noneReady ? ', no pod is ready' : ''}`, notBeforeMs: soonMs };
  }
  if (diagnosis !== undefined && told.cause !== undefined && isOtherCause(told.cause, causeMark(diagnosis))) {
    return { reason: told.cause === '' ? 'the cause is known now' : 'another cause', notBeforeMs: soonMs };
  }
  if (now.failing >= told.pods * settings.growthFactor && now.failing >= told.pods + settings.growthMinPods) {
    return { reason: `${now.failing} of ${now.total} pods`, notBeforeMs: told.atMs + settings.growthQuietMs };
  }
  return undefined;
}

/** A short mark of what a diagnosis says (its rule and the object that it blames); '' where the cause is not known. */
export function causeMark(diagnosis: Diagnosis): string {
  if (diagnosis.confidence === 'unknown') return '';
  const { causedBy, rule, source } = diagnosis;
  return shortHash(`${rule ?? source}|${causedBy ? `${causedBy.kind}/${causedBy.name}` : ''}`);
}

function isOtherCause(told: string, present: string): boolean {
  return present !== '' && present !== told;
}
