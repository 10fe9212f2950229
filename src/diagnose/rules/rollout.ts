import { kubectl, rolloutRestart } from '../kubectl.ts';
import type { Rule } from '../rule.ts';

const paused: Rule = {
  id: 'rollout/paused',
  rank: 'specific',
  kinds: ['RolloutStuck'],
  explain: (view) => {
    if (view.owner?.spec?.paused !== true) return undefined;
    return {
      rootCause: `The rollout of ${view.target.kind} ${view.target.name} is paused (spec.paused), so its new pods are not brought up.`,
      confidence: 'high',
      cites: [{ source: `${view.target.kind.toLowerCase()} ${view.target.name}`, text: 'spec.paused: true' }],
      fixes: [
        {
          summary: 'Go on with the rollout',
          command: kubectl(
            view.namespace,
            'rollout',
            'resume',
            `${view.target.kind.toLowerCase()}/${view.target.name}`,
          ),
        },
      ],
    };
  },
};

const stuck: Rule = {
  id: 'rollout/no-progress',
  rank: 'fallback',
  kinds: ['RolloutStuck', 'NotReady'],
  explain: (view) => {
    const condition = view.owner?.status?.conditions?.find(
      (one) => one.type === 'Progressing' && one.status === 'False',
    );
    if (condition === undefined) return undefined;
    const { replicas, updatedReplicas, readyReplicas } = view.owner?.status ?? {};
    return {
      rootCause: `The rollout of ${view.target.kind} ${view.target.name} makes no progress (${condition.reason ?? ''}): ${updatedReplicas ?? 0} of ${view.owner?.spec?.replicas ?? replicas ?? 1} pods are of the new revision, ${readyReplicas ?? 0} are ready.`,
      confidence: 'low',
      cites: [
        {
          source: `${view.target.kind.toLowerCase()} ${view.target.name}`,
          text: `${condition.reason ?? ''}: ${condition.message ?? ''}`,
        },
      ],
      fixes: [
        {
          summary: 'See how the rollout went',
          command: kubectl(
            view.namespace,
            'rollout',
            'history',
            `${view.target.kind.toLowerCase()}/${view.target.name}`,
          ),
        },
      ],
    };
  },
};

const neverReady: Rule = {
  id: 'rollout/not-ready',
  rank: 'fallback',
  kinds: ['NotReady', 'RolloutStuck'],
  explain: (view) => {
    const { status } = view;
    if (status?.state?.running === undefined || status.ready !== false || view.role === 'init') return undefined;
    return {
      rootCause: `Container ${view.container ?? ''} runs but is not Ready; no probe result tells why.`,
      confidence: 'low',
      cites: [
        {
          source: `status of container ${view.container ?? ''}`,
          text: `running since ${status.state.running.startedAt ?? ''}, ready ${String(status.ready)}`,
        },
      ],
      fixes:
        view.target.kind === 'Pod' || view.target.kind === 'Job'
          ? []
          : [{ summary: 'If it hangs, start the pods anew', command: rolloutRestart(view.target) }],
    };
  },
};

/** Rollouts that do not come to an end, where nothing more particular is known. */
export const rolloutRules: readonly Rule[] = [paused, stuck, neverReady];
