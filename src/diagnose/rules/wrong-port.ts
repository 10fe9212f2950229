import type { KubePod } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { jsonPatch, setEnv } from '../kubectl.ts';
import type { Finding, ProposedFix } from '../rule.ts';
import { isSecretSetting, settingsOf } from '../settings.ts';
import { withCause } from './broken-connection.ts';
import type { Broken } from './broken-connection.ts';
import { isFailing } from './neighbour.ts';
import { podsBehind } from './services.ts';
import type { KubeService } from './services.ts';
import { hasTemplate } from './signs/common-fixes.ts';
import { endpointSetting, hiddenAddress } from './signs/connection.ts';

/** Port by which a setting names a Service that offers other ports. */
export function wrongPort(broken: Broken, service: KubeService): Finding | undefined {
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

/** Service whose targetPort nobody listens on: its pods are ready but declare other ports. */
export function wrongTargetPort(broken: Broken, service: KubeService): Finding | undefined {
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
        /\b(?:listen|serving|started|ready|running|bound|accept)[a-z]{0,10}\b[^\n]{0,60}?(?::|port[ =:"]{1,3})(\d{2,5})(?!\d)/i.exec(
          line.message.slice(0, 500),
        )?.[1];
      if (found !== undefined) ports.add(Number(found));
    }
  }
  return [...ports];
}
