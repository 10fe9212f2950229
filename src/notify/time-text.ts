const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A length of time for people: `45 s`, `6 min`, `2 h 5 min`, `3 d 4 h`. Negative ones (clock skew) count as 0. */
export function durationText(durationMs: number): string {
  const ms = Number.isFinite(durationMs) ? Math.max(0, durationMs) : 0;
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  const minutes = Math.round(ms / minuteMs);
  if (minutes < 90) return `${minutes} min`;
  if (ms < dayMs) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(ms / hourMs);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** A moment in UTC as seen from `nowMs`: `10:02 UTC`, on another day `Nov 20, 10:02 UTC`. Empty for an unknown time (0). */
export function momentText(atMs: number, nowMs: number): string {
  if (!Number.isFinite(atMs) || atMs <= 0) return '';
  const at = new Date(atMs);
  const clock = `${at.toISOString().slice(11, 16)} UTC`;
  const sameDay = at.toISOString().slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10);
  return sameDay ? clock : `${months[at.getUTCMonth()] ?? ''} ${at.getUTCDate()}, ${clock}`;
}

/** `1 pod`, `3 pods`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
