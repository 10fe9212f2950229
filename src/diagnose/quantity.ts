// Suffixes and syntax: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const scales: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const pattern = /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/u;

/** A Kubernetes quantity (`500m`, `1.5Gi`, `2e3`) as a plain number: cores, bytes or pieces; undefined when it is not one. */
export function parseQuantity(text: string | undefined): number | undefined {
  const match = pattern.exec(text ?? '');
  if (match === null) return undefined;
  const scale = match[2] === undefined ? scales[match[3] ?? ''] : 10 ** Number(match[2]);
  const value = Number(match[1]) * (scale ?? 1);
  return Number.isFinite(value) ? value : undefined;
}

const binary = ['Ki', 'Mi', 'Gi', 'Ti'] as const;

/** Bytes in the largest binary unit that stays readable: `96Mi`, `1.5Gi`, `23.5Gi`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = '';
  for (const next of binary) {
    if (Math.abs(value) < 1024) break;
    value /= 1024;
    unit = next;
  }
  return String(Math.round(value * 10) / 10) + unit;
}

/** Cores as people write them: `48`, `1.5`, `250m`. */
export function formatCores(cores: number): string {
  return Math.abs(cores) < 1 && cores !== 0 ? `${Math.round(cores * 1000)}m` : String(Math.round(cores * 100) / 100);
}

/** The value of the named resource in the unit that people use for it. */
export function formatResource(resource: string, value: number): string {
  if (resource === 'cpu') return formatCores(value);
  if (/memory|storage|hugepages/u.test(resource)) return formatBytes(value);
  return String(Math.round(value * 1000) / 1000);
}
