import type { KubeEvent } from '../model/kube-objects.ts';
import { createReflector } from './reflector.ts';
import type { StreamDependencies } from './reflector-settings.ts';
import type { StreamStatus } from './stream-status.ts';
import { scopeCovers, scopeName, scopePath, scopeSelector, type WatchScope } from './watch-scope.ts';

/** Who takes Warning events. Called in order and synchronously. */
export interface EventHandler {
  /**
   * An event as it is now, without labels and annotations; it comes again with a higher count when it happens again.
   * `initial`: it is old news from a list, seen before or not.
   */
  readonly event: (event: KubeEvent, context: { readonly initial: boolean }) => void;
  /** A list is complete. `scope`: the namespace, or `*`. */
  readonly synced?: (scope: string, info: { readonly events: number; readonly elapsedMs: number }) => void;
}

/** The Warning events of one scope, followed for ever; nothing of them is kept here. */
export interface EventStream {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly status: () => StreamStatus;
}

/** Follows Warning events; the server leaves out the Normal ones, which are the most. */
export function createEventStream(
  dependencies: StreamDependencies & { readonly scope: WatchScope; readonly handler: EventHandler },
): EventStream {
  const { scope, handler } = dependencies;
  const name = scopeName(scope);
  const covers = scopeCovers(scope);
  return createReflector(
    dependencies,
    {
      resource: 'events',
      namespace: name,
      kind: 'Event',
      path: scopePath(scope, 'events'),
      fieldSelector: scopeSelector(scope, 'type!=Normal'),
    },
    {
      beginSync: () => undefined,
      upsert: (object, initial) => {
        const event = trimEvent(object);
        if (event.metadata?.uid === undefined || !covers(event.metadata.namespace ?? '')) return false;
        if (event.type === 'Normal') return false;
        handler.event(event, { initial });
        return true;
      },
      // Events end by age, which says nothing about what they tell of.
      remove: () => undefined,
      endSync: ({ objects, elapsedMs }) => handler.synced?.(name, { events: objects, elapsedMs }),
    },
  );
}

function trimEvent(event: KubeEvent): KubeEvent {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = event.metadata ?? {};
  return {
    kind: 'Event',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    ...(event.type === undefined ? {} : { type: event.type }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    ...(event.message === undefined ? {} : { message: event.message }),
    ...(event.count === undefined ? {} : { count: event.count }),
    ...(event.firstTimestamp === undefined ? {} : { firstTimestamp: event.firstTimestamp }),
    ...(event.lastTimestamp === undefined ? {} : { lastTimestamp: event.lastTimestamp }),
    ...(event.eventTime === undefined ? {} : { eventTime: event.eventTime }),
    ...(event.series === undefined ? {} : { series: event.series }),
    ...(event.involvedObject === undefined ? {} : { involvedObject: event.involvedObject }),
    ...(event.source === undefined ? {} : { source: event.source }),
    ...(event.reportingComponent === undefined ? {} : { reportingComponent: event.reportingComponent }),
  };
}
