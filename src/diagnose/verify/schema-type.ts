/**
 * What a patch may touch, with types and merge keys, taken from Kubernetes' OpenAPI (`x-kubernetes-patch-merge-key`,
 * staging/src/k8s.io/api/core/v1/types.go). A field that is not here cannot be verified; it is not forbidden by Kubernetes.
 */
export type Schema =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'quantity'
  | 'int-or-string'
  | { readonly fields: Readonly<Record<string, Schema>> }
  | { readonly list: Schema; readonly mergeKey?: string }
  | { readonly map: Schema };
