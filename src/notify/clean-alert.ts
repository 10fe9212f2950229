import { redactDeep } from '../lib/redaction/redact-deep.ts';
import type { Redactor } from '../lib/redaction/redact.ts';
import type { Alert } from '../model/alert.ts';
import { applyLogSharing, type LogSharing } from '../model/log-quote.ts';

/**
 * What every text passes before it leaves: redaction, log sharing, and redaction again, because taking the quote marks
 * away may join what they separated.
 */
export function textCleaner(redact: Redactor, sharing: LogSharing): Redactor {
  return (text) => redact(applyLogSharing(redact(text), sharing));
}

/** An alert in which every string passed `clean`; ids and deliveries are ours and stay as they are. */
export function cleanAlert(alert: Alert, clean: Redactor): Alert {
  const { incident, storm, ...rest } = alert;
  return {
    ...redactDeep(rest, clean),
    type: alert.type,
    id: alert.id,
    severity: alert.severity,
    rows: alert.rows.map((row) => ({ id: row.id, text: clean(row.text) })),
    ...(incident === undefined
      ? {}
      : { incident: { ...redactDeep(incident, clean), id: incident.id, deliveries: incident.deliveries } }),
    ...(storm === undefined ? {} : { storm: { ...redactDeep(storm, clean), id: storm.id } }),
  };
}
