import type { Rule } from '../rule.ts';
import { schedulingOtherRules } from './scheduling-other.ts';
import { schedulingPlacementRules } from './scheduling-placement.ts';
import { schedulingResourceRules } from './scheduling-resources.ts';
import { schedulingStorageRules } from './scheduling-storage.ts';

/** Why no node takes a pod: storage, resources, then what pods and nodes ask of each other. */
export const schedulingRules: readonly Rule[] = [
  ...schedulingStorageRules,
  ...schedulingResourceRules,
  ...schedulingPlacementRules,
  ...schedulingOtherRules,
];
