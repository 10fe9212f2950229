import { kubectl } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { containerPatch } from './proposed-commands.ts';
import { eventMessages, failureMessages, messageRule } from './message-rule.ts';
import type { Message } from './message-rule.ts';

function sandboxMessages(view: CaseView): readonly Message[] {
  const statuses = [...(view.pod?.status?.initContainerStatuses ?? []), ...(view.pod?.status?.containerStatuses ?? [])];
  if (statuses.some((one) => one.state?.running !== undefined || one.state?.terminated !== undefined)) return [];
  const events = eventMessages(
    view,
    'FailedCreatePodSandBox',
    'FailedCreatePodContainer',
    'NetworkNotReady',
    'FailedSync',
    'FailedPodSandBoxStatus',
  );
  // The words of a VolumeMount failure are detection's own: they name volumes and sandbox as what may be late.
  const told = view.failure.kind === 'VolumeMount' ? [] : failureMessages(view);
  return [...events, ...told.filter((one) => /sandbox|network/iu.test(one.text))];
}

interface SandboxRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly rank?: Rule['rank'];
  readonly cause: (match: RegExpExecArray, node: string, view: CaseView) => string;
  readonly fixes?: (match: RegExpExecArray, view: CaseView) => readonly ProposedFix[];
}

function sandboxRule({ id, pattern, rank = 'exact', cause, fixes }: SandboxRule): Rule {
  return messageRule({
    id: `sandbox/${id}`,
    rank,
    messages: sandboxMessages,
    pattern,
    say: (match, view) => {
      const node = view.pod?.spec?.nodeName;
      return {
        rootCause: cause(match, node === undefined ? 'The node' : `Node ${node}`, view),
        confidence: rank === 'general' ? 'medium' : 'high',
        fixes: fixes?.(match, view) ?? [],
      };
    },
  });
}

const plugin = (match: RegExpExecArray): string => /plugin type="([^"]{1,60})"/u.exec(match.input)?.[1] ?? '';
const seePods = (namespace: string, what: string): ProposedFix => ({
  summary: what,
  command: kubectl(namespace, 'get', 'pods', '-o', 'wide'),
});

/** Why a node cannot set up a pod at all: trouble of the node, its network or its runtime rather than of the application. */
export const sandboxRules: readonly Rule[] = [
  sandboxRule({
    id: 'image-missing',
    rank: 'object',
    pattern:
      /(?:failed to (?:get|pull|start) sandbox image|sandbox image|infra(?:structure)? image|failed pulling image) "([^"]{1,400})"/u,
    cause: (match, node) =>
      `${node} cannot create the pod sandbox: the sandbox (pause) image ${match[1] ?? ''} is gone from the node and cannot be pulled${pullReason(match.input)}; a problem of the node.`,
    fixes: (match) => [
      {
        summary: `Load the sandbox image ${match[1] ?? ''} on the node again, or correct sandbox_image (pause_image) in its container runtime's configuration`,
      },
      { summary: "Exempt it from image garbage collection, and check that the node's disk is not full" },
    ],
  }),
  sandboxRule({
    id: 'memory-limit-too-low',
    pattern:
      /OOM-killed \(memory limit too low\?\)|container init was OOM-killed|set memory limit \d+ too low|minimum memory|memory limit too low/iu,
    cause: (_match, _node, view) =>
      `The memory limit of the pod (${memoryWords(view)}) is too low even to start it: the runtime's own init process is OOM-killed, out of memory, when the sandbox is created.`,
    fixes: (_match, view) => {
      const smallest = view.containers.find((one) => one.resources?.limits?.memory !== undefined)?.name;
      return smallest === undefined
        ? []
        : [
            containerPatch(view, smallest, `Raise the memory limit of ${smallest}, to 64Mi at least`, {
              resources: { limits: { memory: '64Mi' } },
            }),
          ];
    },
  }),
  sandboxRule({
    id: 'no-addresses',
    pattern:
      /no (?:IP )?addresses available in (?:range set|network)[^\n]{0,120}|failed to assign an IP address to container|no available IPs?|IPAM[^\n]{0,80}exhaust|InsufficientFreeAddresses\w*|ran out of IP/iu,
    cause: (match, node) =>
      `${node} has no IP addresses left for pods: ${match[0].slice(0, 160)}, so the pod sandbox gets no network.`,
    fixes: () => [
      {
        summary:
          "Enlarge the node's pod address range (or the subnet), remove pods, or clear leaked leases of the CNI plugin's IPAM",
      },
    ],
  }),
  sandboxRule({
    id: 'network-not-ready',
    rank: 'object',
    pattern:
      /cni plugin not initialized|NetworkPluginNotReady|network is not ready|cni config uninitialized|no networks found in \S{1,100}|\/run\/flannel\/subnet\.env: no such file|stat \/var\/lib\/calico\/nodename: no such file/u,
    cause: (match, node) =>
      `${node} has no pod network yet: ${match[0]} (the CNI plugin is not installed or its agent does not run there), so no pod sandbox can be created.`,
    fixes: () => [
      seePods('kube-system', "Bring back the network plugin's agent on the node (Calico, Cilium, Flannel …)"),
    ],
  }),
  sandboxRule({
    id: 'plugin-missing',
    rank: 'object',
    pattern: /failed to find plugin "([^"]{1,100})" in path \[?([^\]\n]{1,200})\]?/u,
    cause: (match, node) =>
      `${node} lacks the CNI plugin ${match[1] ?? ''} in ${match[2] ?? ''} (failed to find plugin), so the pod sandbox gets no network.`,
    fixes: (match) => [{ summary: `Install the CNI plugin ${match[1] ?? ''} on the node` }],
  }),
  sandboxRule({
    id: 'runtime-class',
    rank: 'object',
    pattern: /no runtime for "([^"]{1,100})" is configured|RuntimeClass(?:\.node\.k8s\.io)? "([^"]{1,100})" not found/u,
    cause: (match, node, view) => {
      const name = view.podSpec?.runtimeClassName;
      const handler = match[1] === undefined || match[1] === name ? '' : ` (handler ${match[1]})`;
      return `${node} has no container runtime for the pod's RuntimeClass ${name ?? match[1] ?? match[2] ?? ''}${handler}: no such runtime is configured there, handler not found.`;
    },
    fixes: () => [
      { summary: 'Configure the runtime handler on the nodes, or remove runtimeClassName from the pod template' },
    ],
  }),
  sandboxRule({
    id: 'network-plugin',
    pattern:
      /(?:failed to set(?: ?up)?|networkPlugin cni failed|plugin type="[^"]{1,60}" failed)[^\n]{0,600}?(connection is unauthorized|Unauthorized|connection refused|i\/o timeout|timed out|certificate[^\n]{0,80}|no such file or directory|permission denied|already has an IP address different[^\n]{0,60}|not found|unable to connect[^\n]{0,80}|server misbehaving|context deadline exceeded)/u,
    cause: (match, node) =>
      `The network plugin ${plugin(match)} on ${node.replace(/^N/u, 'n').replace(/^T/u, 't')} fails to set up the network of the pod sandbox: ${match[1] ?? ''}.`,
    fixes: () => [
      seePods(
        'kube-system',
        "Look at the network plugin's agent on the node, its rights and its way to the API server",
      ),
    ],
  }),
  sandboxRule({
    id: 'node-exhausted',
    pattern:
      /no space left on device|too many open files|resource temporarily unavailable|cannot allocate memory|pids? limit|disk quota exceeded/u,
    cause: (match, node) => `${node} itself is exhausted: ${match[0]}, so no pod sandbox can be created.`,
    fixes: () => [{ summary: 'Relieve the node (disk, processes, file handles), or move pods to another' }],
  }),
  sandboxRule({
    id: 'security-profile',
    pattern: /(seccomp|apparmor)[^\n]{0,200}(?:no such file|not (?:found|supported|loaded)|cannot load)/iu,
    cause: (match, node) => `${node} cannot load the ${match[1] ?? ''} profile of the pod: ${match[0].slice(0, 160)}.`,
    fixes: () => [{ summary: 'Install the profile on the nodes, or use RuntimeDefault' }],
  }),
  sandboxRule({
    id: 'runtime-hangs',
    rank: 'specific',
    pattern: /DeadlineExceeded|context deadline exceeded|failed to reserve sandbox name|is reserved for/u,
    cause: (match, node) =>
      `The container runtime on ${node.replace(/^N/u, 'n').replace(/^T/u, 't')} does not create the pod sandbox in time (${match[0]}): it hangs, or node or network plugin are overloaded.`,
    fixes: () => [{ summary: 'Look at the load and the disk of the node; restart its container runtime if it hangs' }],
  }),
  sandboxRule({
    id: 'fails',
    rank: 'general',
    pattern: /Failed to create pod sandbox: ([^\n]{5,500})|([^\n]{0,200}sandbox[^\n]{0,300})/iu,
    cause: (match, node) =>
      `${node} cannot create the pod sandbox: ${(match[1] ?? match[2] ?? '').replace(/^rpc error: code = \w+ desc = /u, '').slice(0, 300)}`,
  }),
];

function pullReason(text: string): string {
  const reason =
    /(connection refused|no such host|not found|i\/o timeout|\b[45]\d\d [A-Z][\w ]{3,40}|x509: [^\n]{1,80})/u.exec(
      text,
    )?.[1];
  return reason === undefined ? '' : ` (${reason})`;
}

function memoryWords(view: CaseView): string {
  const limits = view.containers.flatMap((one) =>
    one.resources?.limits?.memory === undefined ? [] : [`${one.name ?? ''} ${one.resources.limits.memory}`],
  );
  return limits.join(', ');
}
