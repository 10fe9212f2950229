// The test cluster by hand; README.md says how. node test/cluster/cli.ts up|down|status|run|build
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allTools, ensureTools, isToolName } from './build.ts';
import { clusterEnvironment, readClusterState, startCluster } from './cluster.ts';
import { enterCommand } from './namespace.ts';
import { clusterFolder } from './paths.ts';
import { isAlive, listProcesses } from './processes.ts';
import { clusterNames, removeCluster } from './remove-cluster.ts';

const usage = `usage: node test/cluster/cli.ts COMMAND
  up     [--name NAME] [--no-node] [--feature-gates WatchList=false] [--etcd-compaction-interval 10s]
         [--no-service-account-admission]
  run    [--name NAME] -- COMMAND …   inside the cluster's network, kubectl and helm in the PATH
  status                              the clusters of this machine
  down   [--name NAME]
  build  [TOOL …]                     ${allTools.join(' ')}
NAME is "dev" unless given; clusters with different names run side by side.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: 'dev' },
    'no-node': { type: 'boolean', default: false },
    'feature-gates': { type: 'string', default: '' },
    'etcd-compaction-interval': { type: 'string' },
    'no-service-account-admission': { type: 'boolean', default: false },
  },
});
const log = (line: string): void => console.error(line);
const [command = 'help', ...rest] = positionals;

switch (command) {
  case 'up':
    await up();
    break;
  case 'run':
    run(rest);
    break;
  case 'status':
    status();
    break;
  case 'down':
    await removeCluster(values.name, log);
    break;
  case 'build':
    await build(rest);
    break;
  default:
    log(usage);
    process.exitCode = 2;
}

async function up(): Promise<void> {
  const startedAt = Date.now();
  const gates = values['feature-gates'].split(',').filter(Boolean);
  const compaction = values['etcd-compaction-interval'];
  const state = await startCluster({
    name: values.name,
    node: !values['no-node'],
    featureGates: Object.fromEntries(gates.map((gate) => [gate.split('=')[0] ?? '', gate.endsWith('=true')])),
    ...(compaction === undefined ? {} : { etcdCompactionInterval: compaction }),
    serviceAccountAdmission: !values['no-service-account-admission'],
    log,
  });
  log(`cluster ${state.name} is up after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  console.log(JSON.stringify(state, null, 2));
}

function run(words: readonly string[]): void {
  const state = readClusterState(clusterFolder(values.name));
  const [file = '', ...args] = enterCommand(state.namespace, words);
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...clusterEnvironment(state) } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => (process.exitCode = code ?? 1));
}

function status(): void {
  for (const name of clusterNames()) {
    const folder = clusterFolder(name);
    const state = existsSync(join(folder, 'state.json')) ? readClusterState(folder).apiServerUrl : 'not up';
    const processes = listProcesses(folder).map((one) => `${one.name}${isAlive(one) ? '' : ' (gone)'}`);
    console.log(`${name}  ${state}  ${processes.join(', ')}`);
  }
}

async function build(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !isToolName(name));
  if (unknown.length > 0) throw new Error(`unknown tool ${unknown.join(' ')}; there are ${allTools.join(' ')}`);
  const wanted = names.length === 0 ? allTools : names.filter(isToolName);
  const paths = await ensureTools(wanted, log);
  for (const name of wanted) console.log(paths[name]);
}
