import type { KubePodSpec } from '../../model/kube-objects.ts';

/** One place where a pod spec refers to a ConfigMap or Secret. */
export interface Use {
  /** `env REGION_CODE of container web`, `envFrom of …`, `volume conf`. */
  readonly words: string;
  readonly key?: string;
}

interface ProjectedSource {
  readonly configMap?: { readonly name?: string; readonly items?: readonly { readonly key?: string }[] };
  readonly secret?: { readonly name?: string; readonly items?: readonly { readonly key?: string }[] };
}

/** The sources of a projected volume; an odd one counts as none. */
export function projectedSources(projected: unknown): readonly ProjectedSource[] {
  const sources = (projected as { readonly sources?: unknown } | undefined)?.sources;
  return Array.isArray(sources)
    ? sources.filter((one): one is ProjectedSource => typeof one === 'object' && one !== null)
    : [];
}

/** Every place where a pod spec refers to the ConfigMap or Secret, with the keys it asks for. */
export function usesOf(spec: KubePodSpec | undefined, kind: string, name: string): readonly Use[] {
  const uses: Use[] = [];
  const secret = kind === 'Secret';
  for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    const who = `container ${container.name ?? ''}`;
    for (const from of container.envFrom ?? []) {
      if ((secret ? from.secretRef : from.configMapRef)?.name === name) uses.push({ words: `envFrom of ${who}` });
    }
    for (const variable of container.env ?? []) {
      const ref = secret ? variable.valueFrom?.secretKeyRef : variable.valueFrom?.configMapKeyRef;
      if (ref?.name === name) uses.push({ words: `env ${variable.name ?? ''} of ${who}`, ...keyOf(ref.key) });
    }
  }
  for (const volume of spec?.volumes ?? []) {
    const words = `volume ${volume.name ?? ''}`;
    const own = secret ? volume.secret?.secretName : volume.configMap?.name;
    const items = (secret ? volume.secret : volume.configMap)?.items;
    if (own === name)
      uses.push(...(items?.length ? items.map((item) => ({ words, ...keyOf(item.key) })) : [{ words }]));
    for (const source of projectedSources(volume.projected)) {
      const part = secret ? source.secret : source.configMap;
      if (part?.name === name) uses.push({ words });
    }
  }
  return uses;
}

function keyOf(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key };
}
