import type { KubeContainer, KubePodSpec, KubeVolume } from '../../model/kube-objects.ts';

/** One place where a pod spec refers to a ConfigMap or Secret. */
export interface Use {
  /** `env REGION_CODE of container web`, `envFrom of …`, `volume conf`. */
  readonly words: string;
  readonly key?: string;
  /** JSON pointers, within the pod spec, of the object's name and of the key. */
  readonly namePath: string;
  readonly keyPath?: string;
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

/** Every place where a pod spec refers to the ConfigMap or Secret (any of that kind, without a name), with the keys it asks for. */
export function usesOf(spec: KubePodSpec | undefined, kind: string, name?: string): readonly NamedUse[] {
  const secret = kind === 'Secret';
  const all = [
    ...(['initContainers', 'containers'] as const).flatMap((list) =>
      (spec?.[list] ?? []).flatMap((one, index) => containerUses(one, `/${list}/${String(index)}`, secret)),
    ),
    ...(spec?.volumes ?? []).flatMap((volume, index) => volumeUses(volume, `/volumes/${String(index)}`, secret)),
  ];
  return all.filter((use) => name === undefined || use.name === name);
}

/** A use with the name of what is used. */
export interface NamedUse extends Use {
  readonly name: string;
}

function containerUses(container: KubeContainer, path: string, secret: boolean): NamedUse[] {
  const who = `container ${container.name ?? ''}`;
  const [from, ref] = secret
    ? (['secretRef', 'secretKeyRef'] as const)
    : (['configMapRef', 'configMapKeyRef'] as const);
  const whole = (container.envFrom ?? []).flatMap((source, index) => {
    const name = source[from]?.name;
    const namePath = `${path}/envFrom/${String(index)}/${from}/name`;
    return name === undefined ? [] : [{ words: `envFrom of ${who}`, name, namePath }];
  });
  const single = (container.env ?? []).flatMap((variable, index) => {
    const { name, key } = variable.valueFrom?.[ref] ?? {};
    if (name === undefined) return [];
    const at = `${path}/env/${String(index)}/valueFrom/${ref}`;
    return [
      { words: `env ${variable.name ?? ''} of ${who}`, name, namePath: `${at}/name`, ...keyOf(key, `${at}/key`) },
    ];
  });
  return [...whole, ...single];
}

function volumeUses(volume: KubeVolume, path: string, secret: boolean): NamedUse[] {
  const words = `volume ${volume.name ?? ''}`;
  const own = secret ? volume.secret?.secretName : volume.configMap?.name;
  const items = (secret ? volume.secret : volume.configMap)?.items ?? [];
  const at = `${path}/${secret ? 'secret' : 'configMap'}`;
  const namePath = `${at}/${secret ? 'secretName' : 'name'}`;
  const projected = projectedSources(volume.projected).flatMap((source, index) => {
    const name = (secret ? source.secret : source.configMap)?.name;
    const part = `${path}/projected/sources/${String(index)}/${secret ? 'secret' : 'configMap'}/name`;
    return name === undefined ? [] : [{ words, name, namePath: part }];
  });
  if (own === undefined) return projected;
  if (items.length === 0) return [{ words, name: own, namePath }, ...projected];
  const keyed = items.map((item, index) => ({
    words,
    name: own,
    namePath,
    ...keyOf(item.key, `${at}/items/${String(index)}/key`),
  }));
  return [...keyed, ...projected];
}

function keyOf(key: string | undefined, keyPath: string): { readonly key?: string; readonly keyPath?: string } {
  return key === undefined ? {} : { key, keyPath };
}
