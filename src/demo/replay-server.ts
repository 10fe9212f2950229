import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Timers } from '../lib/timers.ts';
import type { KubeEvent, KubeObject } from '../model/kube-objects.ts';
import type { Recording, RecordedPodEvent } from './recording.ts';

/** A small API server that plays recordings back: list, watch, get and logs, as far as podmedic asks for them. */
export interface ReplayServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** When the last recorded change happens, by the replay's clock, ms since the epoch. */
  readonly endMs: number;
  close(): Promise<void>;
}

/** What it needs of the (sped-up) clock. */
export interface ReplayClock {
  readonly now: () => number;
  readonly timers: Timers;
}

interface Watcher {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly response: ServerResponse;
}

interface Change {
  readonly atMs: number;
  readonly resource: 'pods' | 'events';
  readonly type: RecordedPodEvent['type'];
  readonly object: KubeObject;
}

/** Starts it on a free port of the loopback address. */
export async function startReplayServer(recordings: readonly Recording[], clock: ReplayClock): Promise<ReplayServer> {
  const replay = new Replay(recordings, clock);
  const server = createServer((request, response) => replay.answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  replay.start();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    endMs: replay.endMs,
    close: () =>
      new Promise((resolve) => {
        replay.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Replay {
  readonly endMs: number;
  readonly #recordings: readonly Recording[];
  readonly #clock: ReplayClock;
  readonly #changes: readonly Change[];
  readonly #watchers = new Set<Watcher>();
  readonly #live = new Map<string, KubeObject>();
  #cancel: () => void = () => undefined;
  #next = 0;

  constructor(recordings: readonly Recording[], clock: ReplayClock) {
    this.#recordings = recordings;
    this.#clock = clock;
    this.#changes = recordings.flatMap(changesOf).sort((a, b) => a.atMs - b.atMs);
    this.endMs = this.#changes.at(-1)?.atMs ?? clock.now();
  }

  start(): void {
    const due = this.#changes[this.#next];
    if (due === undefined) return;
    this.#cancel = this.#clock.timers.after(Math.max(0, due.atMs - this.#clock.now()), () => {
      this.#playDue();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
    for (const { response } of this.#watchers) response.end();
  }

  #playDue(): void {
    for (let change = this.#changes[this.#next]; change !== undefined && change.atMs <= this.#clock.now();) {
      const object = this.#stamped(change.object, this.#next + 1);
      const key = `${change.resource}/${object.metadata?.namespace ?? ''}/${object.metadata?.name ?? ''}`;
      if (change.type === 'DELETED') this.#live.delete(key);
      else this.#live.set(key, object);
      for (const watcher of this.#watchers) this.#send(watcher, change.resource, change.type, object);
      this.#next += 1;
      change = this.#changes[this.#next];
    }
  }

  #stamped(object: KubeObject, version: number): KubeObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  }

  #send(watcher: Watcher, resource: string, type: string, object: KubeObject): void {
    if (watcher.resource !== resource) return;
    if (watcher.namespace !== undefined && watcher.namespace !== object.metadata?.namespace) return;
    watcher.response.write(JSON.stringify({ type, object }) + '\n');
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://replay');
    if (request.method !== 'GET') {
      this.#status(response, 403, 'Forbidden', 'a recording cannot be changed');
      return;
    }
    const route =
      /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
        url.pathname,
      );
    const [, namespace, resource = '', name, part] = route ?? [];
    if (name !== undefined && part === 'log') this.#log(url, name, response);
    else if (name !== undefined) this.#get(resource, namespace, name, response);
    else if (url.searchParams.get('watch') !== null) this.#watch(url, resource, namespace, response);
    else this.#list(url, resource, namespace, response);
  }

  #objects(resource: string): readonly KubeObject[] {
    if (resource === 'pods' || resource === 'events') {
      return [...this.#live].filter(([key]) => key.startsWith(`${resource}/`)).map(([, object]) => object);
    }
    return this.#recordings
      .flatMap(({ objects }) => objects)
      .filter((object) => pluralOf(object.kind ?? '') === resource);
  }

  #get(resource: string, namespace: string | undefined, name: string, response: ServerResponse): void {
    const found = this.#objects(resource).find(
      ({ metadata }) => metadata?.name === name && (namespace === undefined || metadata.namespace === namespace),
    );
    if (found === undefined) this.#status(response, 404, 'NotFound', `${resource} "${name}" not found`);
    else this.#json(response, 200, found);
  }

  #list(url: URL, resource: string, namespace: string | undefined, response: ServerResponse): void {
    const items = this.#objects(resource)
      .filter(({ metadata }) => namespace === undefined || metadata?.namespace === namespace)
      .filter((object) => matchesLabels(object, url.searchParams.get('labelSelector')))
      .filter((object) => matchesFields(object, url.searchParams.get('fieldSelector')));
    this.#json(response, 200, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(this.#next) },
      items,
    });
  }

  #watch(url: URL, resource: string, namespace: string | undefined, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    const watcher: Watcher = { resource, namespace, response };
    if (url.searchParams.get('sendInitialEvents') === 'true') {
      for (const object of this.#objects(resource)) this.#send(watcher, resource, 'ADDED', object);
      const mark = { resourceVersion: String(this.#next), annotations: { 'k8s.io/initial-events-end': 'true' } };
      response.write(JSON.stringify({ type: 'BOOKMARK', object: { metadata: mark } }) + '\n');
    }
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  #log(url: URL, pod: string, response: ServerResponse): void {
    const previous = url.searchParams.get('previous') === 'true' ? '.previous' : '';
    const file = `${pod}/${url.searchParams.get('container') ?? ''}${previous}.log`;
    const text = this.#recordings.map(({ logs }) => logs[file]).find((found) => found !== undefined);
    if (text === undefined) this.#status(response, 400, 'BadRequest', 'previous terminated container not found');
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  }

  #json(response: ServerResponse, code: number, body: unknown): void {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #status(response: ServerResponse, code: number, reason: string, message: string): void {
    this.#json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
  }
}

function changesOf(recording: Recording): Change[] {
  const pods: Change[] =
    recording.podEvents.length > 0
      ? recording.podEvents.map(({ at, type, object }) => ({ atMs: Date.parse(at), resource: 'pods', type, object }))
      : recording.pods.map((object) => ({
          atMs: Date.parse(object.metadata?.creationTimestamp ?? recording.recordedAt),
          resource: 'pods',
          type: 'ADDED',
          object,
        }));
  const events = recording.events.map((object): Change => ({
    atMs: eventTime(object, recording),
    resource: 'events',
    type: 'ADDED',
    object,
  }));
  return [...pods, ...events];
}

function eventTime(event: KubeEvent, recording: Recording): number {
  return Date.parse(
    event.firstTimestamp ?? event.eventTime ?? event.metadata?.creationTimestamp ?? recording.recordedAt,
  );
}

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

function matchesLabels({ metadata }: KubeObject, selector: string | null): boolean {
  return (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value = ''] = term.split(/==?/);
      return metadata?.labels?.[key] === value;
    });
}

function matchesFields(object: KubeObject, selector: string | null): boolean {
  return (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [, path = '', operator = '=', wanted = ''] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
      const found = path
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
      return ((found ?? '') === wanted) === (operator !== '!=');
    });
}
