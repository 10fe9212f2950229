import type { ContainerRecord, PodRecord } from '../model/pod-record.ts';
import { afterDelay, podFailure, type Finding, type Look } from './look.ts';
import { conditionOf, countingContainers, isDone, isJobPod, nodeTimeMs } from './pod-facts.ts';

// Nobody calls a program that started just now "not ready".
const usualStartMs = 20_000;

/**
 * NotReady: running but not ready for notReadyDelayMs, and for longer than its own startup and readiness probes allow.
 * Pods of Jobs are not meant to be ready.
 */
export function findNotReady(look: Look): Finding[] {
  const { record, nowMs, settings } = look;
  if ((record.phase !== 'Running' && record.phase !== 'Unknown') || isJobPod(record)) return [];
  const ready = conditionOf(record, 'Ready');
  if (ready?.status === 'True') return [];
  const containers = countingContainers(record);
  const culprit = containers.find(isNotReady);
  const nodeLost = isNodeLost(record);
  // Containers that did their work and ended leave their pod not ready for good.
  if (culprit === undefined && containers.some(isDone)) return [];

  const starts = containers.flatMap(({ role, state }) =>
    role !== 'init' && state.type === 'running' ? [nodeTimeMs(record, state.startedAtMs, nowMs) ?? 0] : [],
  );
  const changedAtMs = nodeTimeMs(record, ready?.changedAtMs, nowMs) ?? record.createdAtMs;
  const sinceMs = Math.max(changedAtMs, nodeLost ? 0 : Math.max(0, ...starts));
  const budgetMs = nodeLost ? 0 : Math.max(0, ...containers.map((container) => container.probeBudgetMs));
  const finding = (): ReturnType<typeof podFailure> =>
    podFailure(record, 'NotReady', {
      container: nodeLost ? undefined : culprit,
      sinceMs: changedAtMs,
      reason: nodeLost ? 'NodeNotReady' : (ready?.reason ?? 'NotReady'),
      message: ready?.message,
      commonCause: nodeLost && record.nodeName !== undefined ? `node:${record.nodeName}` : undefined,
    });
  if (look.atOnce) return nowMs >= sinceMs + Math.max(budgetMs, usualStartMs) ? [{ failure: finding() }] : [];
  return [afterDelay(look, sinceMs, Math.max(settings.notReadyDelayMs, budgetMs), finding)];
}

function isNotReady(container: ContainerRecord): boolean {
  return container.role !== 'init' && !container.ready && !isDone(container);
}

/**
 * When a node goes away its kubelet cannot change the conditions any more: the control plane sets only Ready to False, and
 * ContainersReady stays True (kubernetes: pkg/util/node/node.go MarkPodsNotReady). A readiness gate looks alike but has a reason.
 */
function isNodeLost(record: PodRecord): boolean {
  const ready = conditionOf(record, 'Ready');
  const lost = ready?.status === 'False' && ready.reason !== 'ReadinessGatesNotReady';
  return lost && conditionOf(record, 'ContainersReady')?.status === 'True';
}

/**
 * NotReady, too: a pod of a StatefulSet that should be gone but whose node does not answer. Nobody confirms its end, so the
 * StatefulSet may not replace it (kubernetes.io/docs, "Force Delete StatefulSet Pods"). Other pods that leave never fail.
 */
export function findLeftBehind(look: Look): Finding[] {
  const { record, settings } = look;
  const { deletedAtMs, nodeName = '' } = record;
  if (deletedAtMs === undefined || record.owner?.kind !== 'StatefulSet' || !isNodeLost(record)) return [];
  return [
    afterDelay(look, deletedAtMs, settings.notReadyDelayMs, () =>
      podFailure(record, 'NotReady', {
        sinceMs: conditionOf(record, 'Ready')?.changedAtMs ?? deletedAtMs,
        reason: 'NodeNotReady',
        message: `the pod should be gone, but node ${nodeName} does not answer, so it is not replaced`,
        commonCause: `node:${nodeName}`,
      }),
    ),
  ];
}
