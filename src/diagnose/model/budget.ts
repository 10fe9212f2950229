import type { BudgetSnapshot } from './budget-snapshot.ts';
import { costUsd, totalTokens } from './price-table.ts';
import type { Usage } from './price-table.ts';

/** What may be spent. 0 means nothing. */
export interface BudgetCaps {
  readonly tokensPerIncident: number;
  readonly tokensPerHour: number;
  readonly tokensPerDay: number;
  readonly usdPerDay: number;
}

/** Money and tokens set aside for a call under way. */
export interface Reservation {
  /** Replaces what was set aside by what it really took. */
  readonly settle: (used: Usage) => void;
}

/** Which cap a call would pass, in words. */
export interface Refusal {
  readonly cap: string;
  /** The cap is that of this incident alone. */
  readonly ofIncident: boolean;
}

/** Keeps the caps, calls under way included. */
export interface Budget {
  /** Sets `most` aside for a call; or the cap that it would pass. */
  reserve(incidentId: string, model: string, most: Usage): Reservation | Refusal;
  snapshot(): BudgetSnapshot;
  restore(snapshot: BudgetSnapshot): void;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const keptIncidents = 100;
const ofIncident = 'tokens for one incident';

/** Creates a budget; hours and days are whole ones of UTC, so that a restart or another replica counts the same ones. */
export function createBudget(caps: BudgetCaps, now: () => number): Budget {
  let hour = Math.floor(now() / hourMs);
  let hourTokens = 0;
  let day = Math.floor(now() / dayMs);
  let dayTokens = 0;
  let dayUsd = 0;
  const incidents = new Map<string, number>();

  function roll(): void {
    const atMs = now();
    if (Math.floor(atMs / hourMs) !== hour) {
      hour = Math.floor(atMs / hourMs);
      hourTokens = 0;
    }
    if (Math.floor(atMs / dayMs) !== day) {
      day = Math.floor(atMs / dayMs);
      dayTokens = 0;
      dayUsd = 0;
    }
  }

  function add(incidentId: string, tokens: number, usd: number): void {
    hourTokens += tokens;
    dayTokens += tokens;
    dayUsd += usd;
    const before = incidents.get(incidentId) ?? 0;
    incidents.delete(incidentId);
    incidents.set(incidentId, before + tokens);
    for (const oldest of incidents.keys()) {
      if (incidents.size <= keptIncidents) break;
      incidents.delete(oldest);
    }
  }

  function exceeded(incidentId: string, tokens: number, usd: number | undefined): string | undefined {
    if ((incidents.get(incidentId) ?? 0) + tokens > caps.tokensPerIncident) return ofIncident;
    if (hourTokens + tokens > caps.tokensPerHour) return 'tokens an hour';
    if (dayTokens + tokens > caps.tokensPerDay) return 'tokens a day';
    if (usd !== undefined && dayUsd + usd > caps.usdPerDay) return 'money a day';
    return undefined;
  }

  return {
    reserve(incidentId, model, most) {
      roll();
      const tokens = totalTokens(most);
      const usd = costUsd(model, most);
      const cap = exceeded(incidentId, tokens, usd);
      if (cap !== undefined) return { cap, ofIncident: cap === ofIncident };
      const [ofHour, ofDay] = [hour, day];
      add(incidentId, tokens, usd ?? 0);
      return {
        settle(used) {
          roll();
          // A call that began before midnight must not be taken off the new day.
          const moreTokens = totalTokens(used) - tokens;
          const moreUsd = (costUsd(model, used) ?? 0) - (usd ?? 0);
          if (ofHour === hour) hourTokens += moreTokens;
          if (ofDay === day) {
            dayTokens += moreTokens;
            dayUsd = Math.max(0, dayUsd + moreUsd);
          }
          incidents.set(incidentId, Math.max(0, (incidents.get(incidentId) ?? 0) + moreTokens));
        },
      };
    },
    snapshot() {
      roll();
      const usd = Math.round(dayUsd * 1e6) / 1e6;
      return { hour, hourTokens, day, dayTokens, dayUsd: usd, incidents: [...incidents] };
    },
    restore(snapshot) {
      roll();
      if (snapshot.hour === hour) hourTokens += amount(snapshot.hourTokens);
      if (snapshot.day === day) {
        dayTokens += amount(snapshot.dayTokens);
        dayUsd += amount(snapshot.dayUsd);
      }
      const kept: BudgetSnapshot['incidents'] = Array.isArray(snapshot.incidents) ? snapshot.incidents : [];
      for (const [id, tokens] of kept.slice(-keptIncidents)) {
        incidents.set(id, (incidents.get(id) ?? 0) + amount(tokens));
      }
    },
  };
}

// Kept state may be damaged or edited; it can make the budget smaller, never larger.
function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
