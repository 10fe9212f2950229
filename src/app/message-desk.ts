import type { Config } from '../config/load.ts';
import type { Alert, AlertType } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import { AppError } from '../model/errors.ts';
import type { Incident } from '../model/incident.ts';
import { alertOfTransition, composeAlert, composeAmendment, type ComposeSettings } from '../notify/compose.ts';
import { composeStormAlert } from '../notify/compose-storm.ts';
import { createDispatcher } from '../notify/dispatcher.ts';
import type { Destination, DestinationStatus } from '../notify/dispatcher-ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracker, Transition } from '../track/tracker.ts';

/** Puts what happened into words, has it delivered, and records what became of it. */
export interface MessageDesk {
  start(): void;
  compose(transition: Transition): Alert;
  submit(alert: Alert): void;
  withdraw(incidentId: string): void;
  /** Corrects what an earlier message said, where a destination can change it. */
  amend(incident: Incident): void;
  /** This replica may send now. */
  wake(): void;
  idle(): Promise<void>;
  status(): readonly DestinationStatus[];
  stop(): Promise<void>;
}

/** What the desk needs of the rest. */
export interface MessageDeskParts {
  readonly config: Pick<Config, 'OUTBOX_DIR' | 'SHUTDOWN_GRACE_SECONDS'>;
  readonly destinations: readonly Destination[];
  readonly composing: ComposeSettings;
  readonly tracker: () => Tracker | undefined;
  /** Whether this replica leads, asked right before every side effect. */
  readonly canAct: () => boolean;
  /** What was delivered must be kept. */
  readonly onChanged: () => void;
  /** Writes the kept state; false when it could not be written. Awaited before a message is sent. */
  readonly flushState: () => Promise<boolean>;
  readonly metrics: () => Metrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/** The step of which each alert tells; the others tell of none. */
const transitionOfAlert: Readonly<Record<string, Transition['type'] | undefined>> = {
  ...Object.fromEntries(Object.entries(alertOfTransition).map(([step, alert]) => [alert, step as Transition['type']])),
  'storm-opened': 'storm-opened',
  'storm-updated': 'storm-updated',
  'storm-closed': 'storm-closed',
};

/** Builds the desk; nothing is sent before `start`. */
export function createMessageDesk(parts: MessageDeskParts): MessageDesk {
  const { composing, tracker, logger, metrics } = parts;
  const { OUTBOX_DIR: outboxDir } = parts.config;

  /** The state knows what was told; where it also knows by whom, a second destination's message is still untold. */
  function isUntold(id: string, type: AlertType, sink: string): boolean {
    const step = transitionOfAlert[type];
    const leading = tracker();
    if (step === undefined || leading === undefined || leading.isUntold(id, step)) return true;
    const told = leading.incident(id)?.deliveries.filter(({ alert }) => alert === type) ?? [];
    return told.length > 0 && !told.some((delivery) => delivery.sink === sink && delivery.outcome !== 'failed');
  }

  async function record(delivery: Delivery, { id, incident }: Alert): Promise<void> {
    tracker()?.delivered(id, delivery);
    parts.onChanged();
    if (delivery.outcome === 'claimed') {
      // Written before it is sent: after a crash the next leader knows that this one is in doubt. Who cannot write is
      // about to lose the Lease as well, and whoever holds it next would tell the same again.
      if (!(await parts.flushState())) throw new AppError('LEASE_LOST', 'the claim of a message could not be written');
      return;
    }
    metrics().alert(delivery.sink, delivery.alert, delivery.outcome);
    if (delivery.outcome === 'sent' && delivery.alert === 'opened' && incident !== undefined) {
      metrics().alertLatency(Math.max(0, (delivery.atMs - incident.openedAtMs) / 1000));
    }
    logger[delivery.outcome === 'sent' ? 'info' : 'warn'](`Message ${delivery.alert} ${delivery.outcome}`, {
      incident: id,
      sink: delivery.sink,
      error: delivery.error,
    });
  }

  const dispatcher = createDispatcher(
    { destinations: parts.destinations, ...(outboxDir === undefined ? {} : { outboxDir }) },
    {
      // Without a tracker it is not known yet what an earlier leader told.
      canSend: () => parts.canAct() && tracker() !== undefined,
      isUntold,
      previous: (id, sink) =>
        tracker()
          ?.incident(id)
          ?.deliveries.findLast(({ sink: where, outcome }) => where === sink && outcome === 'sent'),
      onDelivery: record,
      onProblem: ({ sink, code, message, howToMend }) => {
        metrics().error(code);
        logger.warn(`${sink}: ${message}`, { code, ...(howToMend === undefined ? {} : { howToMend }) });
      },
      now: parts.now,
      random: parts.random,
    },
  );

  return {
    start: () => dispatcher.start(),
    compose: (transition) =>
      'storm' in transition ? composeStormAlert(transition, composing) : composeAlert(transition, composing),
    submit: (alert) => dispatcher.submit(alert),
    withdraw: (id) => dispatcher.withdraw(id),
    amend: (incident) => dispatcher.submit(composeAmendment(incident, parts.now(), composing)),
    wake: () => dispatcher.wake(),
    idle: () => dispatcher.idle(),
    status: () => dispatcher.status(),
    async stop() {
      const { unsent } = await dispatcher.stop(parts.config.SHUTDOWN_GRACE_SECONDS);
      if (unsent > 0) {
        logger.warn(`${unsent} messages could not be sent before the end`, { kept: outboxDir !== undefined });
      }
    },
  };
}
