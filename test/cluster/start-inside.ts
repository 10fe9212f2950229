// The second half of startCluster: runs inside the cluster's network namespace, which a running
// process cannot enter, and starts everything there. Usage: node start-inside.ts FOLDER
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTools, ensureTools, nodeTools } from './build.ts';
import { namespaceOf, type ClusterOptions, type ClusterState } from './cluster.ts';
import { startControlPlane } from './control-plane.ts';
import { findFreePorts } from './free-ports.ts';
import { busyboxImage } from './images.ts';
import { nodeAddress } from './namespace.ts';
import { startContainerd, startKubelet } from './node.ts';
import { harnessFolder } from './paths.ts';
import { startProcess } from './processes.ts';

const folder = process.argv[2] ?? '';
const options = JSON.parse(readFileSync(join(folder, 'options.json'), 'utf8')) as ClusterOptions & { name: string };
const tools = await ensureTools(options.node === false ? [] : nodeTools, () => undefined);

mkdirSync(join(folder, 'bin'));
for (const tool of allTools) symlinkSync(tools[tool], join(folder, 'bin', tool));

const [plane, containerdSocket] = await Promise.all([
  startControlPlane({ ...options, folder }),
  options.node === false ? undefined : startContainerd(folder, options.name, tools.pause),
]);
let state: ClusterState = { ...plane, name: options.name, namespace: namespaceOf(options.name), nodeAddress, tools };
if (containerdSocket !== undefined) {
  const [registryPort = 0] = await findFreePorts(1);
  startProcess(folder, 'registry', [process.execPath, join(harnessFolder, 'registry.ts'), String(registryPort)]);
  const node = await startKubelet(plane, options.name, containerdSocket, tools);
  state = { ...state, ...node, registry: `localhost:${registryPort}`, busyboxImage };
}
writeFileSync(join(folder, 'state.json'), JSON.stringify(state, null, 2));
