import type { Alert, AlertType } from '../model/alert.ts';

/** What is left of two unsent alerts of one incident: one alert, or nothing that anybody has to hear. */
export function coalesce(older: Alert, newer: Alert): Alert | undefined {
  // A fact stays worth telling though it is over.
  if (newer.type === 'recovered' && (older.incident?.oneOff ?? false)) return older;
  const type = merged(older.type, newer.type);
  return type === undefined ? undefined : { ...newer, type, headline: headlineFor(type, older, newer) };
}

function merged(older: AlertType, newer: AlertType): AlertType | undefined {
  switch (older) {
    case 'opened':
    case 'reopened':
      if (newer === 'recovered') return undefined;
      return newer.startsWith('storm') || newer === 'test' ? newer : older;
    case 'worse':
      return newer === 'reminder' || newer === 'amended' ? 'worse' : newer;
    case 'reminder':
      return newer === 'amended' ? 'reminder' : newer;
    case 'recovered':
      // People still think that it fails, and it does.
      return newer === 'reopened' ? 'amended' : newer;
    case 'storm-opened':
      return newer === 'storm-updated' ? 'storm-opened' : newer;
    case 'storm-closed':
      return newer === 'storm-opened' ? 'storm-updated' : newer;
    case 'amended':
    case 'storm-updated':
    case 'test':
      return newer;
  }
}

/** The headline of the type that stays; the content is the newer one's. */
function headlineFor(type: AlertType, older: Alert, newer: Alert): string {
  if (type === newer.type) return newer.headline;
  if (type === older.type && type === 'reopened') return `Again: ${bare(newer.headline)}`;
  if (type === older.type && type === 'worse') return `Worse: ${bare(newer.headline)}`;
  if (type === older.type && type === 'reminder') return `Still failing: ${bare(newer.headline)}`;
  return bare(newer.headline);
}

function bare(headline: string): string {
  return headline.replace(/^(?:Worse|Again|Still failing|Recovered): /u, '');
}
