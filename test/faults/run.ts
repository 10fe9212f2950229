// npm run test:faults [-- options, see options.ts]: runs inside.ts in the network of a cluster of its own. Ends with the plain
// line "N passed, N failed".
import { join } from 'node:path';
import { readOptions, usage } from './options.ts';
import { runInCluster } from './run-in-cluster.ts';

try {
  readOptions();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}
process.exitCode = await runInCluster('faults', join(import.meta.dirname, 'inside.ts'), process.argv.slice(2));
