import type { KubeObject } from '../model/kube-objects.ts';

/** Annotation with a copy of the whole object as it was applied: long, and it repeats every value of the environment. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without what no rule reads: managedFields (a third to a half of an object), the last applied copy, a node's images. */
export function trimObject(object: KubeObject): KubeObject {
  const { metadata, ...rest } = object;
  const trimmed: { -readonly [K in keyof KubeObject]: KubeObject[K] } = rest;
  if (metadata) {
    const kept: Record<string, unknown> = { ...metadata };
    delete kept.managedFields;
    const annotations = metadata.annotations;
    if (annotations && lastApplied in annotations) {
      kept.annotations = Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied));
    }
    trimmed.metadata = kept;
  }
  if (object.kind === 'Node' && typeof object.status === 'object' && object.status !== null) {
    trimmed.status = { ...object.status, images: undefined };
  }
  return trimmed;
}
