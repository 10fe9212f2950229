import type { KubePod, KubeWorkload } from '../../model/kube-objects.ts';
import { bestVerdict } from '../best-verdict.ts';
import type { Verdict } from '../best-verdict.ts';
import { viewCase } from '../case-view.ts';
import type { CaseView } from '../case-view.ts';
import { allStatuses } from '../containers.ts';
import { describe, patch, scale, setEnv } from '../kubectl.ts';
import { endpointName } from '../logs/endpoint.ts';
import type { Finding, ProposedFix, Rule } from '../rule.ts';
import { isSecretSetting, settingsOf } from '../settings.ts';
import { brokenConnection, withCause } from './broken-connection.ts';
import type { Broken } from './broken-connection.ts';
import { caseOf, isFailing } from './neighbour.ts';
import { endpointsOf, nearlySelected, podsBehind, selectorText, serviceOf, workloadBehind } from './services.ts';
import type { KubeService } from './services.ts';
import { hasTemplate, isNear } from './signs/common-fixes.ts';
import { endpointSetting } from './signs/connection.ts';
import { wrongPort, wrongTargetPort } from './wrong-port.ts';

function withoutPods(broken: Broken, service: KubeService): Finding | undefined {
  const { view, endpoint } = broken;
  const name = service.metadata?.name ?? '';
  const selector = selectorText(service.spec?.selector);
  const counted = endpointsOf(view, service);
  if (selector === '' || podsBehind(view, service).length > 0 || (counted && counted.all > 0)) return undefined;
  const idle = workloadBehind(view, service);
  if (idle !== undefined) return idleWorkload(broken, name, idle, counted !== undefined);
  const near = nearlySelected(view, service);
  const labels =
    near === undefined
      ? ''
      : `; pod ${near.metadata?.name ?? ''} carries ${selectorText(pick(near, Object.keys(service.spec?.selector ?? {})))}`;
  return withCause(broken, `Service ${name} has no endpoints: its selector ${selector} matches no pod${labels}.`, {
    causedBy: { kind: 'Service', name, namespace: view.namespace },
    confidence: counted ? 'high' : 'medium',
    fixes: [
      near === undefined
        ? { summary: `Start pods with the labels ${selector}, or correct the selector of Service ${name}` }
        : {
            summary: `Correct the selector of Service ${name} so that it matches the labels of ${near.metadata?.name ?? ''}`,
            ...selectorCommand(view, service, near),
          },
    ],
    cites: [
      {
        source: `service ${name}`,
        text: `selector ${selector}; ${counted ? `${String(counted.ready)} ready endpoints` : 'no pod matches'}; asked for ${endpointName(endpoint)}`,
      },
    ],
  });
}

function idleWorkload(broken: Broken, service: string, workload: KubeWorkload, counted: boolean): Finding {
  const { kind = '', metadata, spec, status } = workload;
  const target = { kind, name: metadata?.name ?? '', namespace: broken.view.namespace };
  const replicas = spec?.replicas ?? 1;
  const refused = status?.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True')?.message;
  const why =
    replicas === 0
      ? `${kind} ${target.name} behind it is scaled to 0 replicas`
      : `${kind} ${target.name} behind it has no pods (0 of ${String(replicas)})${refused === undefined ? '' : `: ${refused.slice(0, 300)}`}`;
  return withCause(broken, `Service ${service} has no endpoints, because ${why}.`, {
    causedBy: target,
    confidence: counted ? 'high' : 'medium',
    fixes: [
      replicas === 0
        ? { summary: `Scale ${kind} ${target.name} up again`, command: scale(target, 1) }
        : { summary: `See why ${kind} ${target.name} has no pods`, command: describe(target) },
    ],
    cites: [{ source: `${kind.toLowerCase()} ${target.name}`, text: `replicas ${String(replicas)}` }],
  });
}

function pick(pod: KubePod, keys: readonly string[]): Record<string, string> {
  const labels = pod.metadata?.labels ?? {};
  return Object.fromEntries(keys.filter((key) => labels[key] !== undefined).map((key) => [key, labels[key] ?? '']));
}

function selectorCommand(view: CaseView, service: KubeService, pod: KubePod): { readonly command?: string } {
  const wanted = pick(pod, Object.keys(service.spec?.selector ?? {}));
  if (Object.keys(wanted).length !== Object.keys(service.spec?.selector ?? {}).length) return {};
  const target = { kind: 'Service', name: service.metadata?.name ?? '', namespace: view.namespace };
  return { command: patch(target, { spec: { selector: wanted } }) };
}

interface Behind {
  readonly rules: readonly Rule[];
  readonly own: readonly Rule[];
}

function failingPod(broken: Broken, service: KubeService, behind: Behind): Finding | undefined {
  const { view } = broken;
  const pods = podsBehind(view, service);
  const failing = pods.filter(isFailing);
  const [pod] = failing;
  if (!pod || failing.length < pods.length) return undefined;
  const seen = viewCase(caseOf(view.file, pod));
  const deeper = bestVerdict(seen, behind.rules);
  // Two that wait for each other: neither is the other's cause.
  const circular = view.file.pods.some((own) => own.metadata?.name === deeper?.finding.causedBy?.name);
  const inner = circular ? bestVerdict(seen, behind.own) : deeper;
  return becauseOf(broken, pod, inner, service.metadata?.name ?? '');
}

function becauseOf(broken: Broken, pod: KubePod, verdict: Verdict | undefined, service: string): Finding {
  const inner = verdict?.finding;
  const name = pod.metadata?.name ?? '';
  const worst = allStatuses(pod).find((one) => one.ready === false);
  const state = worst?.state?.waiting?.reason ?? worst?.state?.terminated?.reason ?? 'not ready';
  const who = `Pod ${name} behind Service ${service}`;
  const own = `Pod ${name} `;
  const cause = inner?.rootCause.startsWith(own)
    ? `${who} ${inner.rootCause.slice(own.length)}`
    : inner
      ? `${who} fails: ${inner.rootCause}`
      : `${who} is failing (${state}).`;
  const further = verdict?.rule.id.startsWith('dependency/') === true ? inner?.causedBy : undefined;
  return withCause(broken, cause, {
    causedBy: further ?? { kind: 'Pod', name, namespace: pod.metadata?.namespace ?? broken.view.namespace },
    confidence: inner?.confidence ?? 'medium',
    fixes: inner?.fixes ?? [{ summary: `Mend pod ${name} first` }],
    cites: inner?.cites ?? [],
  });
}

function noSuchService(broken: Broken): Finding | undefined {
  const { view, endpoint, byName } = broken;
  const services = view.objects('Service');
  const { host } = endpoint;
  if (host === undefined || !byName || host.includes('.') || services.length === 0) return undefined;
  const near =
    services.find((one) => isNear(one.metadata?.name ?? '', host)) ??
    services.find((one) => (one.metadata?.name ?? '').includes(host) || host.includes(one.metadata?.name ?? '\u0000'));
  const name = near?.metadata?.name;
  const setting = endpointSetting(view, { host });
  const from = setting === undefined ? '' : ` (environment variable ${setting})`;
  return withCause(
    broken,
    `There is no Service named ${host}${from} in namespace ${view.namespace}${name === undefined ? '' : `; the Service there is named ${name}`}, so the host name ${host} does not resolve (DNS).`,
    {
      confidence: name === undefined ? 'medium' : 'high',
      fixes: [hostFix(view, host, name, setting)],
    },
  );
}

function hostFix(view: CaseView, wrong: string, right: string | undefined, setting: string | undefined): ProposedFix {
  const env = settingsOf(view.spec).find((one) => one.kind === 'env' && one.name === setting);
  if (right === undefined) return { summary: `Create the Service ${wrong}, or correct the host name` };
  const summary = `Use the Service name ${right} instead of ${wrong}`;
  if (!env || !hasTemplate(view.target) || view.container === undefined || isSecretSetting(env.name, env.value))
    return { summary };
  return { summary, command: setEnv(view.target, view.container, env.name, env.value.replace(wrong, right)) };
}

const local = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$/;

function siblingContainer(broken: Broken, own: readonly Rule[]): Finding | undefined {
  const { view, endpoint } = broken;
  if (endpoint.host === undefined || !local.test(endpoint.host) || !view.pod) return undefined;
  const failing = allStatuses(view.pod).find(
    (one) =>
      one.name !== view.container &&
      one.ready === false &&
      (one.state?.terminated?.exitCode ?? one.lastState?.terminated?.exitCode ?? 0) !== 0,
  );
  if (failing?.name !== undefined) {
    const inner = bestVerdict(viewCase(caseOf(view.file, view.pod, failing.name)), own);
    if (inner && inner.rule.rank !== 'fallback') {
      return withCause(broken, inner.finding.rootCause, {
        confidence: inner.finding.confidence,
        fixes: inner.finding.fixes,
        cites: inner.finding.cites,
      });
    }
  }
  const service = (view.objects('Service') as readonly KubeService[]).find((one) =>
    one.spec?.ports?.some((port) => port.port === endpoint.port),
  );
  if (!service || endpoint.port === undefined) return undefined;
  return undefined;
}

/**
 * Rules that look behind a broken connection. `rules` explains the pod at its other end; `own` are those of them that ask for
 * no other pod.
 */
export function dependencyRules(rules: readonly Rule[], own: readonly Rule[]): readonly Rule[] {
  const rule = (id: string, look: (broken: Broken, service: KubeService) => Finding | undefined): Rule => ({
    id: `dependency/${id}`,
    rank: 'object',
    kinds: ['CrashLoopBackOff', 'JobFailed', 'Failed', 'RolloutStuck'],
    explain: (view) => {
      const broken = brokenConnection(view);
      const service = broken && serviceOf(view, broken.endpoint);
      return broken && service && look(broken, service);
    },
  });
  const free = (id: string, look: (broken: Broken) => Finding | undefined): Rule => ({
    id: `dependency/${id}`,
    rank: 'object',
    kinds: ['CrashLoopBackOff', 'JobFailed', 'Failed', 'RolloutStuck'],
    explain: (view) => {
      const broken = brokenConnection(view);
      return broken && (serviceOf(view, broken.endpoint) ? undefined : look(broken));
    },
  });
  return [
    rule('wrong-service-port', wrongPort),
    rule('failing-pod', (broken, service) => failingPod(broken, service, { rules, own })),
    rule('service-without-pods', withoutPods),
    rule('wrong-target-port', wrongTargetPort),
    free('no-such-service', noSuchService),
    free('failing-sibling-container', (broken) => siblingContainer(broken, own)),
  ];
}
