import type { Evidence } from './evidence.ts';
import type { ObjectRef } from './workload.ts';

export type Confidence = 'high' | 'medium' | 'low' | 'unknown';

/** One way to mend it, the least invasive first. */
export interface Fix {
  readonly summary: string;
  /** One kubectl command that can be pasted as it is. `REPLACE_ME` marks what only a person knows. */
  readonly command?: string;
  /** The command's object, container and path exist and its patch applies; never true with REPLACE_ME in it. */
  readonly verified: boolean;
}

/** Root cause, how sure we are, what it rests on, what to do, and who says so. */
export interface Diagnosis {
  /** What is, in one or two sentences with the names filled in; never what is not. */
  readonly rootCause: string;
  readonly confidence: Confidence;
  readonly source: 'rules' | 'model' | 'both';
  readonly evidence: readonly Evidence[];
  readonly fixes: readonly Fix[];
  /** What changed before it began: `began 90 s after rollout 42 (image 1.4.1 → 1.5.0)`. */
  readonly changed?: string;
  /** Which rule said so, e.g. `configuration/missing-environment-variable`; absent when the cause is unknown. */
  readonly rule?: string;
  /** Another object whose own failure is the cause; this workload then only shows the symptom. */
  readonly causedBy?: ObjectRef;
  /** Where the model says something else than the rules: its root cause, checked. */
  readonly otherOpinion?: string;
  /** Something its reader should know: why the model is missing, what could not be read. */
  readonly notes?: readonly string[];
}
