/**
 * What was spent, in a form that outlives a restart: a few hundred bytes of JSON. Hours and days are whole ones of UTC,
 * numbered from the epoch; entries of an earlier hour or day no longer count.
 */
export interface BudgetSnapshot {
  readonly hour: number;
  readonly hourTokens: number;
  readonly day: number;
  readonly dayTokens: number;
  readonly dayUsd: number;
  /** Tokens by incident id, the most recent last; at most 100. */
  readonly incidents: readonly (readonly [incidentId: string, tokens: number])[];
}
