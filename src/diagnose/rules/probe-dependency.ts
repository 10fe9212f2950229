import type { Rule } from '../rule.ts';
import { containerWords } from './message-rule.ts';
import { failingProbe, probeWords } from './probe-facts.ts';

// What a probe sees of a program that waits for something else: an error of its own, no answer, no open port.
const waiting =
  /statuscode: (5\d\d)|connection refused|timed out|timeout|deadline exceeded|network is unreachable|no route to host|bad address|can't connect/iu;

/**
 * The given rules about broken dependencies, for a container that does not crash but is not ready because of one: its probe
 * fails, and its log tells which connection it lacks.
 */
export function notReadyRules(dependencyRules: readonly Rule[]): readonly Rule[] {
  return dependencyRules.map((rule) => ({
    id: rule.id.replace('/', '/not-ready-'),
    rank: rule.rank,
    kinds: ['NotReady', 'RolloutStuck'],
    explain: (view) => {
      const probe = failingProbe(view);
      const seen = probe === undefined ? null : waiting.exec(probe.result.slice(0, 4096));
      const finding = seen === null ? undefined : rule.explain(view);
      if (probe === undefined || seen === null || finding === undefined) return undefined;
      const how = seen[1] === undefined ? seen[0].toLowerCase() : `HTTP ${seen[1]}`;
      return {
        ...finding,
        rootCause: `${finding.rootCause} So the ${probe.kind} probe of ${containerWords(view, probe.container.name)} fails (${probeWords(probe.probe)}: ${how}) and it is not Ready.`,
        cites: [...probe.cites, ...finding.cites],
      };
    },
  }));
}

/**
 * The given rules, silent where a probe that kubelet restarts the container for is itself wrong (another port, path, scheme
 * or command): a connection that the log complains of is then not what ends the container.
 */
export function unlessProbeIsWrong(rules: readonly Rule[], wrongProbeRules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({
    ...rule,
    explain: (view) =>
      wrongProbeRules.some((one) => one.explain(view) !== undefined) ? undefined : rule.explain(view),
  }));
}
