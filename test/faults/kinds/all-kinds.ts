import { answerKinds } from './answers.ts';
import type { FaultKind } from './fault-kind.ts';
import { networkKinds } from './network.ts';
import { permissionKinds } from './permission.ts';
import { processKinds } from './processes.ts';
import { serverKinds } from './server.ts';

/** Every kind of fault; a run does each at least once, in an order that the seed fixes. */
export const allKinds: readonly FaultKind[] = [
  ...networkKinds,
  ...answerKinds,
  ...permissionKinds,
  ...processKinds,
  ...serverKinds,
];
