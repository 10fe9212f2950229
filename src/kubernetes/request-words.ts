/** What a request wants, for a sentence: `list pods in namespace shop`, `read the log of pod api-0 in namespace shop`. */
export function describeRequest(method: string, path: string, watch = false): string {
  const parts =
    path
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : undefined;
  if (rest === undefined || rest.length === 0) return `read ${path.split('?')[0] ?? path}`;

  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize';
  const namespace = inNamespace ? rest[1] : undefined;
  const [resource = '', name, subresource] = inNamespace ? rest.slice(2) : rest;
  const where =
    namespace === undefined
      ? name === undefined && method === 'GET'
        ? ' in all namespaces'
        : ''
      : ` in namespace ${namespace}`;
  const verb = verbOf(method, name !== undefined, watch);
  if (name === undefined) return `${verb} ${resource}${clusterScoped.has(resource) ? '' : where}`;
  if (subresource === 'log') return `read the log of pod ${name}${where}`;
  const what = subresource === undefined ? singular(resource) : `the ${subresource} of ${singular(resource)}`;
  return `${verb} ${what} ${name}${where}`;
}

const clusterScoped = new Set(['nodes', 'namespaces', 'persistentvolumes', 'storageclasses']);

function verbOf(method: string, named: boolean, watch: boolean): string {
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (named) return 'get';
  return watch ? 'watch' : 'list';
}

function singular(resource: string): string {
  if (resource === 'endpointslices') return 'endpointslice';
  if (resource.endsWith('classes')) return resource.slice(0, -2);
  return resource.endsWith('s') ? resource.slice(0, -1) : resource;
}
