// npm run bench:scale [-- --pods 100000 --compare 20000 --write]: podmedic on a real API server with many pods, beside `curl`
// and beside the informer of @kubernetes/client-node. `--write` puts the figures into docs/performance.md. Needs some 10 GB of
// memory for 100,000 pods and takes about 10 minutes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectFolder } from '../test/cluster/paths.ts';
import { compareWithInformer } from './scale/compare.ts';
import { measureFeed } from './scale/feed.ts';
import { measureScale } from './scale/measure.ts';

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '100000' },
    compare: { type: 'string', default: '20000' },
    write: { type: 'boolean', default: false },
  },
});
const begin = '<!-- figures of npm run bench:scale: begin -->';
const end = '<!-- figures of npm run bench:scale: end -->';

const folder = mkdtempSync(join(tmpdir(), 'podmedic-scale-'));
try {
  const bundle = join(folder, 'podmedic.mjs');
  cpSync(join(projectFolder, 'dist/podmedic.mjs'), bundle);
  const sections = [
    `On ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}) that the API server, etcd and podmedic share, Node ${process.versions.node}.`,
    await measureFeed(folder, bundle),
    await measureScale(folder, bundle, Number(values.pods)),
    await compareWithInformer(folder, bundle, Number(values.compare)),
  ];
  const text = sections.join('\n\n');
  console.log(text);
  if (values.write) {
    const file = join(projectFolder, 'docs/performance.md');
    const [head, rest] = readFileSync(file, 'utf8').split(begin);
    const tail = rest?.split(end)[1];
    if (head === undefined || tail === undefined) throw new Error('docs/performance.md has no marks for figures');
    writeFileSync(file, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
