import type { Incident } from '../model/incident.ts';

// What an object's name may hold (kubernetes.io/docs/concepts/overview/working-with-objects/names); nothing a shell reads.
const safe = /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/u;

/** One kubectl command that shows the proof; absent when a name in it is not one that Kubernetes allows. */
export function proofCommand(incident: Incident): string | undefined {
  const { namespace, workload } = incident;
  const [failure] = incident.failures;
  const pod = failure?.pod?.name ?? incident.podNames[0];
  const container = failure?.container ?? incident.container;
  const words = commandWords(incident, pod, container);
  const names = [namespace, workload.name, workload.kind, pod ?? 'x', container ?? 'x'];
  return names.every((name) => safe.test(name)) ? [...words, '-n', namespace].join(' ') : undefined;
}

function commandWords(incident: Incident, pod: string | undefined, container: string | undefined): string[] {
  const owner = `${incident.workload.kind.toLowerCase()}/${incident.workload.name}`;
  if (pod === undefined || incident.class === 'create' || incident.class === 'job')
    return ['kubectl', 'describe', owner];
  if (incident.kind === 'CrashLoopBackOff')
    return ['kubectl', 'logs', pod, ...(container === undefined ? [] : ['-c', container]), '--previous'];
  return ['kubectl', 'describe', 'pod', pod];
}
