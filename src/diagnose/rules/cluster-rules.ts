import type { Rule } from '../rule.ts';
import { admissionRules } from './admission.ts';
import { createRules } from './create.ts';
import { evictionRules } from './eviction.ts';
import { hookRules } from './hook.ts';
import { imageRules } from './image.ts';
import { jobRules } from './job.ts';
import { limitsRules } from './limits.ts';
import { nodeRules } from './node.ts';
import { probeRules } from './probe.ts';
import { rolloutRules } from './rollout.ts';
import { sandboxRules } from './sandbox.ts';
import { schedulingRules } from './scheduling.ts';
import { startRules } from './start.ts';
import { volumeRules } from './volume.ts';

/** Rules whose proof is in Kubernetes' own objects and events. */
export const clusterRules: readonly Rule[] = [
  ...nodeRules,
  ...evictionRules,
  ...admissionRules,
  ...limitsRules,
  ...schedulingRules,
  ...sandboxRules,
  ...volumeRules,
  ...imageRules,
  ...startRules,
  ...createRules,
  ...hookRules,
  ...probeRules,
  ...jobRules,
  ...rolloutRules,
];
