import { quoteLog } from '../../model/log-quote.ts';
import type { KubeContainer } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { describe, logs } from '../kubectl.ts';
import { endpointName, findEndpoint } from '../logs/endpoint.ts';
import type { Endpoint } from '../logs/endpoint.ts';
import type { LogLine } from '../logs/parse-line.ts';
import { causeSentence, runningInitMs } from '../logs/sentence.ts';
import type { Cite, Finding } from '../rule.ts';
import { short } from './signs/common-fixes.ts';

/** What an init container waits for that does not come. */
export interface Awaited {
  readonly endpoint: Endpoint;
  readonly clause: string;
  readonly base: Finding;
}

/** The connection that an init container has been waiting for: by its command, else by the line that its log repeats. */
export function awaitedConnection(view: CaseView): Awaited | undefined {
  if (runningInitMs(view) === undefined) return undefined;
  const command = waitingCommand(view.spec);
  const line = repeatedLine(view);
  const endpoint = (command === undefined ? undefined : endpointIn(command)) ?? (line && findEndpoint(line.message));
  if (endpoint === undefined) return undefined;
  const clause = `It waits for ${endpointName(endpoint)}, which does not answer`;
  const cites: Cite[] =
    command === undefined ? [] : [{ source: `command of ${view.container ?? ''}`, text: short(command, 300) }];
  return { endpoint, clause, base: waitingFinding(view, clause, cites) };
}

/** A finding about an init container that still runs, its last line as proof. */
export function waitingFinding(view: CaseView, clause: string, cites: readonly Cite[]): Finding {
  const pod = { kind: 'Pod', name: view.pod?.metadata?.name ?? '', namespace: view.namespace };
  const last = view.log?.lines.at(-1);
  return {
    rootCause: causeSentence(view, clause),
    confidence: 'medium',
    cites: [...cites, ...(view.log && last ? [{ source: view.log.source, text: quoteLog(last.text) }] : [])],
    fixes: [
      { summary: 'See what it waits for', command: logs(pod, view.container ?? '', false) },
      { summary: 'See the state of the pod', command: describe(pod) },
    ],
  };
}

// A shell loop, or one of the programs that wait: what follows is what is waited for.
const waits =
  /\b(?:until|while\s+!|while\s+\[|wait-for(?:-it)?(?:\.sh)?|wait4x|dockerize\s+-wait|pg_isready|mysqladmin\s+ping)\s[^\n;]{1,300}|\bwhile\s+(?:true|:)\s*;[^\n]{1,300}/u;

function waitingCommand(spec: KubeContainer | undefined): string | undefined {
  const values = new Map((spec?.env ?? []).map((one) => [one.name ?? '', one.value]));
  const text = [...(spec?.command ?? []), ...(spec?.args ?? [])]
    .filter((word): word is string => typeof word === 'string')
    .join(' ')
    .slice(0, 4096)
    .replace(/\$[({]?([A-Za-z_]\w{0,100})[)}]?/gu, (whole, name: string) => values.get(name) ?? whole);
  return waits.exec(text)?.[0];
}

const host = String.raw`(?<h>[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?)`;

// How the usual tools are told a host and a port (man pages of nc, pg_isready, mysqladmin, redis-cli, nslookup, getent).
const forms: readonly RegExp[] = [
  new RegExp(String.raw`\b(?:nc|ncat|netcat|telnet)\s(?:-\S+\s(?:\d+\s)?){0,6}${host}[ :](?<p>\d{1,5})\b`, 'u'),
  new RegExp(String.raw`\s(?:-h|--host)[ =]?${host}\b(?:[^\n;|&]{0,80}?\s(?:-p|-P|--port)[ =]?(?<p>\d{1,5})\b)?`, 'u'),
  new RegExp(
    String.raw`\b(?:nslookup|host|dig|ping|getent\s+(?:a?hosts(?:v4)?))\s(?:-\S+\s(?:\d+\s)?){0,4}${host}`,
    'u',
  ),
];

function endpointIn(command: string): Endpoint | undefined {
  for (const form of forms) {
    const { h, p } = form.exec(command)?.groups ?? {};
    const port = Number(p);
    if (h !== undefined) return { host: h, ...(port > 0 && port < 65_536 && { port }) };
  }
  return findEndpoint(command);
}

const leastRepeats = 4;

/** The line that the log of the container in focus says again and again at its end; numbers and times do not count. */
export function repeatedLine(view: CaseView): LogLine | undefined {
  const lines = view.log?.lines.slice(-40) ?? [];
  const count = new Map<string, number>();
  for (const line of lines) count.set(alike(line), (count.get(alike(line)) ?? 0) + 1);
  return lines.slice(-4).findLast((line) => (count.get(alike(line)) ?? 0) >= leastRepeats);
}

function alike({ message }: LogLine): string {
  return message.slice(0, 300).replace(/\d+/gu, '#');
}
