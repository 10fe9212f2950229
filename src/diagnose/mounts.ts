import type { KubeContainer, KubePodSpec, KubeVolume } from '../model/kube-objects.ts';

/** A volume as a container sees it. */
export interface Mount {
  readonly volume: KubeVolume;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly: boolean;
  /** `ConfigMap cart-config`, `Secret tls`, `PersistentVolumeClaim data`, `emptyDir buffer`, `volume x`. */
  readonly label: string;
}

/** The volume that holds a path: the deepest mount at or above it. */
export function mountAt(
  podSpec: KubePodSpec | undefined,
  container: KubeContainer | undefined,
  path: string,
): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of container?.volumeMounts ?? []) {
    const at = mount.mountPath?.replace(/\/+$/, '') ?? '';
    if (at === '' || (path !== at && !path.startsWith(`${at}/`))) continue;
    if (best && best.mountPath.length >= at.length) continue;
    const volume = podSpec?.volumes?.find((one) => one.name === mount.name);
    if (!volume) continue;
    best = {
      volume,
      mountPath: at,
      readOnly: mount.readOnly ?? false,
      label: volumeLabel(volume),
      ...(mount.subPath !== undefined && { subPath: mount.subPath }),
    };
  }
  return best;
}

/** A volume in words, by the object behind it. */
export function volumeLabel(volume: KubeVolume): string {
  if (volume.configMap?.name) return `ConfigMap ${volume.configMap.name}`;
  if (volume.secret?.secretName) return `Secret ${volume.secret.secretName}`;
  if (volume.persistentVolumeClaim?.claimName) return `PersistentVolumeClaim ${volume.persistentVolumeClaim.claimName}`;
  const name = volume.name ?? '';
  if (volume.emptyDir) return `emptyDir ${name}`;
  if (volume.hostPath) return `hostPath ${volume.hostPath.path ?? name}`;
  if (volume.csi) return `CSI volume ${name}`;
  if (volume.nfs) return `NFS volume ${name}`;
  return `volume ${name}`;
}
