import type { KubePod } from '../../model/kube-objects.ts';
import { viewCase } from '../case-view.ts';
import type { CaseView } from '../case-view.ts';
import { allStatuses } from '../containers.ts';
import { bestVerdict } from '../best-verdict.ts';
import { jsonPatch, patch, setEnv } from '../kubectl.ts';
import { endpointName } from '../logs/endpoint.ts';
import type { Endpoint } from '../logs/endpoint.ts';
import { containerName, ending, jobEnding } from '../logs/sentence.ts';
import { findingOf } from '../logs/sign.ts';
import type { Explained } from '../logs/sign.ts';
import type { Finding, ProposedFix, Rule } from '../rule.ts';
import { isSecretSetting, settingsOf } from '../settings.ts';
import { explainedLog } from './log-rules.ts';
import { caseOf, isFailing } from './neighbour.ts';
import { endpointsOf, nearlySelected, podsBehind, selectorText, serviceOf } from './services.ts';
import type { KubeService } from './services.ts';
import { hasTemplate, isNear } from './signs/common-fixes.ts';
import { endpointSetting, hiddenAddress } from './signs/connection.ts';

interface Broken {
  readonly view: CaseView;
  readonly explained: Explained;
  readonly endpoint: Endpoint;
}

function brokenConnection(view: CaseView): Broken | undefined {
  const explained = explainedLog(view);
  const endpoint = explained?.reading.endpoint;
  if (!explained || !endpoint) return undefined;
  return /^dependency\/(?:connection|dns|unreachable|http)|nginx-upstream|haproxy/.test(explained.sign.id)
    ? { view, explained, endpoint }
    : undefined;
}

function symptom({ view, explained }: Broken): string {
  return `${upper(containerName(view))} ${ending(view)}${jobEnding(view)} because of that: ${lower(explained.reading.cause)}.`;
}

function withCause(broken: Broken, cause: string, more: Partial<Finding>): Finding {
  const base = findingOf(broken.view, broken.explained);
  return {
    ...base,
    confidence: 'high',
    rootCause: `${cause} ${symptom(broken)}`,
    ...more,
    cites: [...base.cites, ...(more.cites ?? [])],
  };
}

/** Port by which a setting names a Service that offers other ports. */
function wrongPort(broken: Broken, service: KubeService): Finding | undefined {
  const { view, endpoint } = broken;
  const ports = (service.spec?.ports ?? []).map((one) => one.port).filter((one) => one !== undefined);
  // A headless Service forwards nothing: there the port is wrong only if its pods serve and still refuse it.
  const serving = podsBehind(view, service).some((pod) => !isFailing(pod));
  const headless = service.spec?.clusterIP === 'None' && !serving;
  if (endpoint.port === undefined || ports.length === 0 || ports.includes(endpoint.port) || headless) return undefined;
  const name = service.metadata?.name ?? '';
  const setting = endpointSetting(view, { port: endpoint.port }) ?? endpointSetting(view, endpoint);
  const named = setting ?? hiddenAddress(view);
  const from = named === undefined ? '' : ` (environment variable ${named})`;
  const right = ports.join(', ');
  return withCause(
    broken,
    `Port ${String(endpoint.port)}${from} is the wrong port: Service ${name} has port ${right}.`,
    {
      fixes: [portFix(view, endpoint.port, ports.length === 1 ? ports[0] : undefined, setting)],
      cites: [{ source: `service ${name}`, text: `ports ${right}` }],
    },
  );
}

function portFix(view: CaseView, wrong: number, right: number | undefined, setting: string | undefined): ProposedFix {
  const env = settingsOf(view.spec).find((one) => one.kind === 'env' && one.name === setting);
  const summary = `Use port ${right === undefined ? 'of the Service' : String(right)} instead of ${String(wrong)}`;
  if (
    !env ||
    right === undefined ||
    !hasTemplate(view.target) ||
    view.container === undefined ||
    isSecretSetting(env.name, env.value)
  )
    return { summary };
  const value = env.value.replace(new RegExp(`(?<!\\d)${String(wrong)}(?!\\d)`), String(right));
  return { summary, command: setEnv(view.target, view.container, env.name, value) };
}

function withoutPods(broken: Broken, service: KubeService): Finding | undefined {
  const { view, endpoint } = broken;
  const name = service.metadata?.name ?? '';
  const selector = selectorText(service.spec?.selector);
  const counted = endpointsOf(view, service);
  if (selector === '' || podsBehind(view, service).length > 0 || (counted && counted.all > 0)) return undefined;
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

function failingPod(broken: Broken, service: KubeService, book: readonly Rule[]): Finding | undefined {
  const { view } = broken;
  const behind = podsBehind(view, service);
  const failing = behind.filter(isFailing);
  const [pod] = failing;
  if (!pod || failing.length < behind.length) return undefined;
  const inner = bestVerdict(viewCase(caseOf(view.file, pod)), book);
  return becauseOf(broken, pod, inner?.finding, `behind Service ${service.metadata?.name ?? ''}`);
}

function becauseOf(broken: Broken, pod: KubePod, inner: Finding | undefined, where: string): Finding {
  const name = pod.metadata?.name ?? '';
  const worst = allStatuses(pod).find((one) => one.ready === false);
  const state = worst?.state?.waiting?.reason ?? worst?.state?.terminated?.reason ?? 'not ready';
  const cause = inner
    ? `Pod ${name} ${where} fails: ${inner.rootCause}`
    : `Pod ${name} ${where} is failing (${state}).`;
  return withCause(broken, cause, {
    causedBy: { kind: 'Pod', name, namespace: pod.metadata?.namespace ?? broken.view.namespace },
    confidence: inner?.confidence ?? 'medium',
    fixes: inner?.fixes ?? [{ summary: `Mend pod ${name} first` }],
    cites: inner?.cites ?? [],
  });
}

/** Service whose targetPort nobody listens on: its pods are ready but declare other ports. */
function wrongTargetPort(broken: Broken, service: KubeService): Finding | undefined {
  const { view, endpoint } = broken;
  const port = service.spec?.ports?.find((one) => one.port === endpoint.port) ?? service.spec?.ports?.[0];
  const target = port?.targetPort ?? port?.port;
  const pods = podsBehind(view, service).filter((pod) => !isFailing(pod));
  const [pod] = pods;
  if (!pod || target === undefined) return undefined;
  const declared = (pod.spec?.containers ?? []).flatMap((one) => one.ports ?? []);
  const listened = listenedPorts(view, pod);
  const known =
    declared.some((one) => one.containerPort === target || one.name === target) || listened.includes(Number(target));
  const others = [
    ...new Set([...listened, ...declared.map((one) => one.containerPort).filter((one) => one !== undefined)]),
  ];
  if (known || others.length === 0 || (typeof target === 'number' && listened.length === 0)) return undefined;
  const name = service.metadata?.name ?? '';
  return withCause(
    broken,
    `Service ${name} sends to targetPort ${String(target)}, but pod ${pod.metadata?.name ?? ''} behind it listens on port ${others.join(', ')}.`,
    {
      causedBy: { kind: 'Service', name, namespace: view.namespace },
      fixes: [targetPortFix(view, service, port, others[0])],
      cites: [{ source: `service ${name}`, text: `targetPort ${String(target)}` }],
    },
  );
}

type ServicePort = NonNullable<NonNullable<KubeService['spec']>['ports']>[number];

function targetPortFix(
  view: CaseView,
  service: KubeService,
  port: ServicePort | undefined,
  right: number | undefined,
): ProposedFix {
  const name = service.metadata?.name ?? '';
  const summary = `Set targetPort ${String(right ?? '')} in Service ${name}`;
  const index = service.spec?.ports?.findIndex((one) => one === port) ?? -1;
  if (right === undefined || index < 0) return { summary };
  const path = `/spec/ports/${String(index)}/targetPort`;
  const target = { kind: 'Service', name, namespace: view.namespace };
  const op = port?.targetPort === undefined ? 'add' : 'replace';
  return { summary, command: jsonPatch(target, [{ op, path, value: right }]) };
}

function listenedPorts(view: CaseView, pod: KubePod): readonly number[] {
  const ports = new Set<number>();
  for (const container of pod.spec?.containers ?? []) {
    for (const one of container.env ?? []) {
      if (/(?:^|_)PORT$/i.test(one.name ?? '') && /^\d{2,5}$/.test(one.value ?? '')) ports.add(Number(one.value));
    }
    for (const line of view.logOf(container.name ?? '', pod.metadata?.name)?.lines ?? []) {
      const found =
        /(?:listen|serving|started|ready|running|bound|accept)\w*[^\n]{0,60}?(?::|port[ =:"]{1,3})(\d{2,5})(?!\d)/i.exec(
          line.message,
        )?.[1];
      if (found !== undefined) ports.add(Number(found));
    }
  }
  return [...ports];
}

function noSuchService(broken: Broken): Finding | undefined {
  const { view, endpoint, explained } = broken;
  const services = view.objects('Service');
  const { host } = endpoint;
  if (
    host === undefined ||
    !/dns|upstream|haproxy/.test(explained.sign.id) ||
    host.includes('.') ||
    services.length === 0
  )
    return undefined;
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

function siblingContainer(broken: Broken, book: readonly Rule[]): Finding | undefined {
  const { view, endpoint } = broken;
  if (endpoint.host === undefined || !local.test(endpoint.host) || !view.pod) return undefined;
  const failing = allStatuses(view.pod).find(
    (one) =>
      one.name !== view.container &&
      one.ready === false &&
      (one.state?.terminated?.exitCode ?? one.lastState?.terminated?.exitCode ?? 0) !== 0,
  );
  if (failing?.name !== undefined) {
    const inner = bestVerdict(viewCase(caseOf(view.file, view.pod, failing.name)), book);
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

/** Rules that look behind a broken connection; `book` explains the pod at its other end. */
export function dependencyRules(book: readonly Rule[]): readonly Rule[] {
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
    rule('failing-pod', (broken, service) => failingPod(broken, service, book)),
    rule('service-without-pods', withoutPods),
    rule('wrong-target-port', wrongTargetPort),
    free('no-such-service', noSuchService),
    free('failing-sibling-container', (broken) => siblingContainer(broken, book)),
  ];
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
