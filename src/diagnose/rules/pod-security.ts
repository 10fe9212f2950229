import type { CaseView } from '../case-view.ts';
import { kubectl, patch, templatePatch } from '../kubectl.ts';
import type { ProposedFix } from '../rule.ts';

/** One container's part of a patch. */
interface ContainerChange {
  readonly name: string;
  readonly securityContext: SecuritySettings;
}

/** The settings that Pod Security admission may want; null takes one away. */
interface SecuritySettings {
  allowPrivilegeEscalation?: boolean;
  capabilities?: object;
  privileged?: boolean;
  runAsUser?: number;
}

/** The pod's part of a patch. */
interface PodChange {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: object;
  initContainers?: readonly ContainerChange[];
  containers?: readonly ContainerChange[];
}

/**
 * The change that answers each violation which the message of Pod Security admission names, container by container
 * (k8s.io/pod-security-admission policy/check_*.go). What a patch cannot mend (hostPath volumes, host ports) is told in words.
 */
export function podSecurityFixes(view: CaseView, level: string, violations: string): ProposedFix[] {
  const names = view.containers.map((one) => one.name ?? '');
  const changes = new Map<string, ContainerChange>();
  const pod: PodChange = {};
  const podContext: { runAsNonRoot?: boolean; seccompProfile?: object } = {};
  const rest: string[] = [];
  const each = (part: string, change: (container: ContainerChange) => void): void => {
    for (const name of names.filter(
      (one) => !part.includes('container') || part.includes(`"${one}"`) || part.includes('pod or container'),
    )) {
      const entry = changes.get(name) ?? { name, securityContext: {} };
      change(entry);
      changes.set(name, entry);
    }
  };
  for (const part of violations.split(/\), /u)) {
    if (part.startsWith('allowPrivilegeEscalation'))
      each(part, (one) => (one.securityContext.allowPrivilegeEscalation = false));
    else if (part.startsWith('unrestricted capabilities') || part.startsWith('non-default capabilities'))
      each(
        part,
        (one) => (one.securityContext.capabilities = { drop: ['ALL'], ...(part.includes('.add') && { add: null }) }),
      );
    else if (part.startsWith('runAsNonRoot')) Object.assign(podContext, nonRoot(view));
    else if (part.startsWith('seccompProfile')) podContext.seccompProfile = { type: 'RuntimeDefault' };
    else if (part.startsWith('runAsUser=0')) each(part, (one) => (one.securityContext.runAsUser = 65534));
    else if (part.startsWith('privileged')) each(part, (one) => (one.securityContext.privileged = false));
    else if (part.startsWith('host namespaces')) Object.assign(pod, hostNamespaces(part));
    else rest.push(part.replace(/ \(.*/u, ''));
  }
  const fixes: ProposedFix[] = [];
  if (Object.keys(podContext).length > 0) pod.securityContext = podContext;
  const containers = [...changes.values()];
  const inits = new Set((view.podSpec?.initContainers ?? []).map((one) => one.name));
  const initChanges = containers.filter((one) => inits.has(one.name));
  const appChanges = containers.filter((one) => !inits.has(one.name));
  if (initChanges.length > 0) pod.initContainers = initChanges;
  if (appChanges.length > 0) pod.containers = appChanges;
  const body = templatePatch(view.target.kind, pod);
  if (Object.keys(pod).length > 0 && body !== undefined)
    fixes.push({
      summary: `Give the pods the settings that the standard ${level} wants`,
      command: patch(view.target, body),
    });
  if (rest.length > 0)
    fixes.push({ summary: `Remove from the pod template what ${level} forbids: ${rest.slice(0, 4).join(', ')}` });
  fixes.push({
    summary: 'Or, if these pods must have it, enforce a weaker standard in the namespace',
    command: kubectl(
      undefined,
      'label',
      'namespace',
      view.namespace,
      `pod-security.kubernetes.io/enforce=${level === 'restricted' ? 'baseline' : 'privileged'}`,
      '--overwrite',
    ),
  });
  return fixes;
}

function hostNamespaces(part: string): Record<string, boolean> {
  const fields = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => part.includes(field));
  return Object.fromEntries(fields.map((field) => [field, false]));
}

// An image whose user is root, or a name, would not start with runAsNonRoot alone.
function nonRoot(view: CaseView): Record<string, unknown> {
  const users = [view.podSpec?.securityContext, ...view.containers.map((one) => one.securityContext)];
  return users.some((one) => one?.runAsUser !== undefined)
    ? { runAsNonRoot: true }
    : { runAsNonRoot: true, runAsUser: 1000 };
}
