import { parseQuantity } from '../quantity.ts';
import type { Json } from './json.ts';
import { at, isObject, listAt, textAt } from './json.ts';

// RFC 1123 label and subdomain, C_IDENTIFIER-like environment names, image references: the API server's own rules
// (staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, github.com/distribution/reference).
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
const subdomain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/u;
const environmentName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/u;
const image =
  /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/u;
const labelKey = /^(?:[a-z0-9.-]{1,253}\/)?[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/u;
const labelValue = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?)?$/u;

export function isLabelKey(text: string): boolean {
  return labelKey.test(text);
}

export function isLabelValue(text: string): boolean {
  return labelValue.test(text);
}

export function isObjectName(text: string): boolean {
  return subdomain.test(text);
}

export function isEnvironmentName(text: string): boolean {
  return environmentName.test(text);
}

export function isImage(text: string): boolean {
  return text.length <= 512 && image.test(text);
}

/** Why a pod spec (after a patch) would be refused by the API server or could not run; empty when nothing is wrong. */
export function checkPodSpec(spec: Json | undefined): string[] {
  const problems: string[] = [];
  const volumes = new Set(listAt(spec, 'volumes').map((volume) => textAt(volume, 'name')));
  const seen = new Set<string>();
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) problems.push('the pod would have no container');
  for (const container of [...listAt(spec, 'initContainers'), ...containers]) {
    const name = textAt(container, 'name') ?? '';
    if (!label.test(name)) problems.push(`${JSON.stringify(name)} is no valid container name`);
    if (seen.has(name)) problems.push(`two containers would be called ${name}`);
    seen.add(name);
    problems.push(...checkContainer(container, name, volumes));
  }
  const nodeSelector = at(spec, 'nodeSelector');
  for (const [key, value] of Object.entries(isObject(nodeSelector) ? nodeSelector : {})) {
    if (!isLabelKey(key) || typeof value !== 'string' || !isLabelValue(value))
      problems.push(`nodeSelector ${key} is no valid label`);
  }
  return problems;
}

function checkContainer(container: Json, name: string, volumes: ReadonlySet<string | undefined>): string[] {
  const problems: string[] = [];
  const reference = textAt(container, 'image');
  if (reference === undefined || !isImage(reference)) problems.push(`container ${name} would have no valid image`);
  for (const variable of listAt(container, 'env')) {
    const key = textAt(variable, 'name') ?? '';
    if (!isEnvironmentName(key)) problems.push(`${JSON.stringify(key)} is no valid name of a variable`);
    if (
      textAt(variable, 'value') !== undefined &&
      at(variable, 'valueFrom') !== undefined &&
      textAt(variable, 'value') !== ''
    )
      problems.push(`the variable ${key} would have both a value and a source`);
  }
  for (const mount of listAt(container, 'volumeMounts')) {
    const volume = textAt(mount, 'name');
    if (!volumes.has(volume)) problems.push(`container ${name} would mount a volume ${volume ?? ''} that is not there`);
  }
  for (const port of listAt(container, 'ports')) {
    const number = at(port, 'containerPort');
    if (!isPort(number)) problems.push(`container ${name} would have an invalid port`);
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    problems.push(...checkHandler(at(container, probe), `${probe} of ${name}`, container));
  problems.push(...checkResources(at(container, 'resources'), name));
  return problems;
}

const handlers = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const;

function checkHandler(probe: Json | undefined, what: string, container: Json): string[] {
  if (probe === undefined) return [];
  const given = handlers.filter((handler) => at(probe, handler) !== undefined);
  if (given.length !== 1) return [`${what} needs exactly one handler and would have ${given.length}`];
  const port = at(probe, 'httpGet', 'port') ?? at(probe, 'tcpSocket', 'port') ?? at(probe, 'grpc', 'port');
  if (given[0] === 'exec') return listAt(probe, 'exec', 'command').length > 0 ? [] : [`${what} has no command`];
  if (typeof port === 'string' && !/^\d+$/u.test(port)) {
    const named = listAt(container, 'ports').some((one) => textAt(one, 'name') === port);
    return named ? [] : [`${what} asks for the port ${port}, which has no number`];
  }
  return isPort(typeof port === 'string' ? Number(port) : port) ? [] : [`${what} has no valid port`];
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
}

function checkResources(resources: Json | undefined, name: string): string[] {
  const problems: string[] = [];
  const limits = at(resources, 'limits');
  const requests = at(resources, 'requests');
  for (const [resource, value] of Object.entries(isObject(requests) ? requests : {})) {
    const request = quantity(value);
    const limit = quantity(isObject(limits) ? limits[resource] : undefined);
    if (request !== undefined && limit !== undefined && request > limit)
      problems.push(`container ${name} would request more ${resource} than its limit`);
  }
  return problems;
}

/** A quantity as the API writes it: text or a bare number. */
export function quantity(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : typeof value === 'string' ? parseQuantity(value) : undefined;
}
