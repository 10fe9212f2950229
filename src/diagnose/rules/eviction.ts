import type { CaseView } from '../case-view.ts';
import { setResources } from '../kubectl.ts';
import { formatBytes, formatResource, parseQuantity } from '../quantity.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { eventMessages, failureMessages, messageRule } from './message-rule.ts';
import type { Message, Said } from './message-rule.ts';
import { largerEmptyDir } from './proposed-commands.ts';

// A pod that kubelet ended as a whole; its status says why.
function podMessages(view: CaseView): readonly Message[] {
  const { pod } = view;
  if (pod?.status?.phase !== 'Failed' && view.failure.kind !== 'Evicted') return [];
  const own = pod?.status?.message ? [{ source: `pod ${pod.metadata?.name ?? ''}`, text: pod.status.message }] : [];
  const conditions = (pod?.status?.conditions ?? [])
    .filter((one) => one.type === 'DisruptionTarget' && one.status === 'True')
    .map((one) => ({ source: 'condition DisruptionTarget', text: `${one.reason ?? ''}: ${one.message ?? ''}` }));
  return [
    ...own,
    ...failureMessages(view),
    ...eventMessages(view, 'Evicted', 'Preempting', 'Preempted', 'TaintManagerEviction'),
    ...conditions,
  ];
}

interface EvictionRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly rank?: Rule['rank'];
  readonly say: (match: RegExpExecArray, view: CaseView, pod: string) => Said | undefined;
}

function evictionRule({ id, pattern, rank = 'exact', say }: EvictionRule): Rule {
  return messageRule({
    id: `eviction/${id}`,
    rank,
    messages: podMessages,
    pattern,
    say: (match, view) =>
      say(
        match,
        view,
        `Pod ${view.pod?.metadata?.name ?? view.failure.subject.name}${view.pod?.spec?.nodeName === undefined ? '' : ` on node ${view.pod.spec.nodeName}`}`,
      ),
  });
}

/** Twice as much, in the unit that people use. */
function twice(text: string | undefined): string | undefined {
  const value = parseQuantity(text);
  return value === undefined || value === 0 ? undefined : formatBytes(value * 2);
}

const emptyDir = evictionRule({
  id: 'empty-dir-limit',
  pattern: /Usage of EmptyDir volume "([^"]{1,63})" exceeds the limit "([^"]{1,40})"/u,
  say: (match, view, pod) => {
    const [, name = '', limit = ''] = match;
    const writers = view.containers
      .filter((one) => one.volumeMounts?.some((mount) => mount.name === name))
      .map((one) => one.name ?? '');
    const volume = view.podSpec?.volumes?.find((one) => one.name === name);
    const larger = largerEmptyDir(view, { name, emptyDir: { ...volume?.emptyDir, sizeLimit: limit } });
    return {
      rootCause: `${pod} wrote more into its emptyDir volume ${name} than the sizeLimit ${limit} allows (usage exceeds the limit), so kubelet evicted it${writers.length > 0 ? `; container ${writers.join(', ')} writes there` : ''}.`,
      confidence: 'high',
      fixes: [
        { summary: `Let the program delete or rotate its files in ${name}` },
        ...(larger === undefined ? [] : [larger]),
      ],
    };
  },
});

const containerStorage = evictionRule({
  id: 'container-storage-limit',
  pattern:
    /Container (\S{1,63}) exceeded its local ephemeral storage limit "([^"]{1,40})"|Pod ephemeral local storage usage exceeds the total limit of containers (\S{1,40})/u,
  say: (match, view, pod) => {
    const limit = (match[2] ?? match[3] ?? '').replace(/\.$/u, '');
    const container =
      match[1] ?? view.containers.find((one) => one.resources?.limits?.['ephemeral-storage'] !== undefined)?.name;
    const larger = twice(limit);
    return {
      rootCause: `${pod} wrote more than the ephemeral-storage limit ${limit} of ${match[1] === undefined ? 'its containers' : `container ${match[1]}`} allows (local ephemeral storage: writable layer, logs and emptyDir), so kubelet evicted it.`,
      confidence: 'high',
      fixes: [
        { summary: "Write less to the container's own disk and its log, or use a volume" },
        ...(container === undefined || larger === undefined || view.target.kind === 'Job' || view.target.kind === 'Pod'
          ? []
          : [
              {
                summary: `Or raise the limit, to ${larger} for example`,
                command: setResources(view.target, container, { limits: { 'ephemeral-storage': larger } }),
              },
            ]),
      ],
    };
  },
});

const nodePressure = evictionRule({
  id: 'node-low',
  pattern:
    /The node was low on resource: ([\w./-]{1,60})\.?(?: Threshold quantity: (\S{1,40}), available: (\S{1,40})\.)?([\s\S]{0,800})/u,
  say: (match, view, pod) => {
    const resource = (match[1] ?? '').replace(/\.$/u, '');
    const uses = [
      ...(match[4] ?? '').matchAll(
        /Container (\S{1,63}) was using (\S{1,40}?), (?:which exceeds its )?request (?:is|of) (\S{1,40}?)(?:,|\. |\.$|$)/gu,
      ),
    ];
    const worst = [...uses].sort((a, b) => (parseQuantity(b[2]) ?? 0) - (parseQuantity(a[2]) ?? 0))[0];
    const margin =
      match[3] === undefined
        ? ''
        : ` (${formatQuantity(resource, match[3].replace(/\.$/u, ''))} left, threshold ${formatQuantity(resource, (match[2] ?? '').replace(/,$/u, ''))})`;
    const use =
      worst === undefined
        ? ''
        : `; container ${worst[1] ?? ''} was using ${formatQuantity(resource, worst[2] ?? '')} with a request of ${formatQuantity(resource, worst[3] ?? '')}`;
    return {
      rootCause: `${pod} was evicted because the node was low on ${resource}${margin}: ${pressureOf(resource)}${use}.`,
      confidence: 'high',
      fixes: [
        ...nodeLowFixes(view, resource, worst?.[1], worst?.[2]),
        { summary: 'Find what else fills the node, and add a node or space' },
      ],
    };
  },
});

function pressureOf(resource: string): string {
  if (resource === 'memory') return 'node memory pressure';
  if (resource.includes('pid')) return 'too many processes (PID pressure)';
  return 'node disk pressure';
}

function formatQuantity(resource: string, text: string): string {
  const value = parseQuantity(text);
  return value === undefined ? text : formatResource(resource === 'inodes' ? 'pods' : 'memory', value);
}

function nodeLowFixes(
  view: CaseView,
  resource: string,
  container: string | undefined,
  used: string | undefined,
): ProposedFix[] {
  const value = parseQuantity(used);
  if (container === undefined || value === undefined || (resource !== 'memory' && resource !== 'ephemeral-storage'))
    return [];
  const request = formatBytes(Math.ceil((value * 1.2) / 2 ** 20) * 2 ** 20);
  if (view.target.kind === 'Job' || view.target.kind === 'Pod')
    return [{ summary: `Request what it uses: ${resource}=${request} for container ${container}` }];
  const limit = parseQuantity(view.specOf(container)?.resources?.limits?.[resource]);
  return [
    {
      summary: `Request what container ${container} really uses, so that it is placed where there is room and evicted last`,
      command: setResources(view.target, container, {
        requests: { [resource]: request },
        ...(limit !== undefined && limit < value * 1.2 && { limits: { [resource]: request } }),
      }),
    },
  ];
}

const condition = evictionRule({
  id: 'node-condition',
  pattern: /[Tt]he node had condition: \[?([\w, ]{1,100})\]?/u,
  say: (match, _view, pod) => ({
    rootCause: `${pod} was not admitted because the node had the condition ${match[1] ?? ''}.`,
    confidence: 'high',
    fixes: [{ summary: 'Relieve the node (memory, disk or processes), or add one' }],
  }),
});

const preempted = evictionRule({
  id: 'preempted',
  pattern: /[Pp]reempt(?:ed|ing|ionByScheduler)[^\n]{0,300}/u,
  say: (match, view, pod) => ({
    rootCause: `${pod} was preempted: it had to leave for a pod of higher priority${match[0].includes('critical pod') ? ' (a critical pod)' : ''}; its own priority is ${view.pod?.spec?.priority ?? 0}${view.pod?.spec?.priorityClassName ? ` (PriorityClass ${view.pod.spec.priorityClassName})` : ''}.`,
    confidence: 'high',
    fixes: [{ summary: 'Add a node, or give these pods a PriorityClass that fits their importance' }],
  }),
});

const shutdown = evictionRule({
  id: 'node-shutdown',
  rank: 'object',
  pattern: /imminent node shutdown|node is shutting down|NodeShutdown/u,
  say: (_match, view, pod) => ({
    rootCause: `${pod} was ended because its node was shut down (imminent node shutdown).`,
    confidence: 'high',
    fixes: [{ summary: 'Nothing to do if the shutdown was meant: the controller creates the pod elsewhere' }],
    ...(view.pod?.spec?.nodeName !== undefined && { causedBy: { kind: 'Node', name: view.pod.spec.nodeName } }),
  }),
});

const taintManager = evictionRule({
  id: 'taint',
  rank: 'object',
  pattern:
    /DeletionByTaintManager[^\n]{0,200}|[Tt]aint manager: deleting due to NoExecute taint|deletion of pod \S{1,300} \(taint\)/u,
  say: (_match, view, pod) => ({
    rootCause: `${pod} was evicted because its node got a NoExecute taint that it does not tolerate (the node went away, or someone tainted it).`,
    confidence: 'high',
    fixes: [{ summary: 'Look at the node and its taints' }],
    ...(view.pod?.spec?.nodeName !== undefined && { causedBy: { kind: 'Node', name: view.pod.spec.nodeName } }),
  }),
});

const notAdmitted = evictionRule({
  id: 'out-of-resource',
  pattern: /Node didn't have enough resource: (\S{1,80}?), requested: (\d+), used: (\d+), capacity: (\d+)/u,
  say: (match, _view, pod) => {
    const [, resource = '', requested, used, capacity] = match;
    const words = (text: string | undefined): string =>
      resource === 'cpu' ? `${text ?? ''}m` : formatResource(resource, Number(text));
    return {
      rootCause: `${pod} was refused by kubelet (OutOf${resource}): it requests ${words(requested)} ${resource}, ${words(used)} of ${words(capacity)} are in use: the node didn't have enough resource.`,
      confidence: 'high',
      fixes: [{ summary: 'Let the scheduler place the pod (no nodeName), or free resources on the node' }],
    };
  },
});

const devices = evictionRule({
  id: 'admission-error',
  pattern:
    /(?:Pod was rejected: )?(Allocate failed due to [^\n]{1,300}|Predicate \w{1,40} failed[^\n]{0,300}|Resources cannot be allocated with Topology locality|[Ff]orbidden sysctl: "?[^\n]{1,200}|Cannot enforce AppArmor: [^\n]{1,300}|Failed to admit pod[^\n]{1,300}|Pod forbidden sysctl[^\n]{1,200})/u,
  say: (match, view, pod) => ({
    rootCause: `${pod} was rejected by kubelet (${view.pod?.status?.reason ?? 'UnexpectedAdmissionError'}): ${match[1] ?? ''}.`,
    confidence: 'high',
    fixes: [{ summary: "Correct what the node refuses in the pod template, or the node's configuration" }],
  }),
});

const other = evictionRule({
  id: 'evicted',
  rank: 'general',
  pattern: /([^\n]{4,400})/u,
  say: (match, view, pod) => {
    if (view.pod?.status?.reason === undefined && view.failure.kind !== 'Evicted') return undefined;
    if (view.pod?.status?.reason === 'DeadlineExceeded') return undefined;
    return {
      rootCause: `${pod} was ended as a whole (${view.pod?.status?.reason ?? 'Evicted'}): ${match[1] ?? ''}`,
      confidence: 'medium',
      fixes: [],
    };
  },
});

/** Pods that were evicted, preempted, refused by kubelet or ended with their node. */
export const evictionRules: readonly Rule[] = [
  emptyDir,
  containerStorage,
  nodePressure,
  condition,
  shutdown,
  taintManager,
  preempted,
  notAdmitted,
  devices,
  other,
];
