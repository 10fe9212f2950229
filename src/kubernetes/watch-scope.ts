/** What one stream covers: one namespace, or all but some. */
export type WatchScope =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'all'; readonly exclude: readonly string[] };

/** `*` for all namespaces. */
export function scopeName(scope: WatchScope): string {
  return scope.kind === 'namespace' ? scope.namespace : '*';
}

/** Path of a core/v1 collection within the scope. */
export function scopePath(scope: WatchScope, resource: string): string {
  return scope.kind === 'namespace'
    ? `/api/v1/namespaces/${encodeURIComponent(scope.namespace)}/${resource}`
    : `/api/v1/${resource}`;
}

/** Excluded namespaces are left out by the server; undefined when nothing is to be selected. */
export function scopeSelector(scope: WatchScope, ...more: readonly string[]): string | undefined {
  const excluded = scope.kind === 'all' ? scope.exclude.map((namespace) => `metadata.namespace!=${namespace}`) : [];
  const terms = [...more, ...excluded];
  return terms.length === 0 ? undefined : terms.join(',');
}

/** The same on our side: exclusions hold even when a server does not know the selector. */
export function scopeCovers(scope: WatchScope): (namespace: string) => boolean {
  if (scope.kind === 'namespace') return (namespace) => namespace === scope.namespace;
  const excluded = new Set(scope.exclude);
  return (namespace) => !excluded.has(namespace);
}
