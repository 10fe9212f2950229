/** Packs six recorded failures of test/corpus into src/demo/recordings.ts: `npm run pack:demo`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const chosen = ['s001-checkout', 's098-queue', 's113-shopapi', 's121-accounts', 's083-kiosk', 's132-encoder'];

const recordings = chosen.map((name) => {
  const dir = new URL(`../test/corpus/${name}/recorded/`, import.meta.url);
  const json = (file: string): unknown => {
    const url = new URL(file, dir);
    return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : undefined;
  };
  const items = (file: string): unknown[] => (json(file) as { items?: unknown[] } | undefined)?.items ?? [];
  return {
    name,
    recordedAt: (json('meta.json') as { recordedAt: string }).recordedAt,
    pods: items('pods.json'),
    podEvents: (json('timeline.json') as { events?: unknown[] } | undefined)?.events ?? [],
    events: items('events.json'),
    objects: [...items('workload.json'), ...items('cluster.json')],
    logs: logsOf(new URL('logs/', dir)),
  };
});

function logsOf(dir: URL): Record<string, string> {
  if (!existsSync(dir)) return {};
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map((entry) => {
        const path = `${entry.parentPath}/${entry.name}`;
        return [path.slice(dir.pathname.length), readFileSync(path, 'utf8')];
      }),
  );
}

// What the daemon never reads only makes the bundle larger.
const packed = gzipSync(
  JSON.stringify(recordings, (key, value: unknown) =>
    key === 'managedFields' || key === 'kubectl.kubernetes.io/last-applied-configuration' ? undefined : value,
  ),
  { level: 9 },
).toString('base64');
writeFileSync(
  new URL('../src/demo/recordings.ts', import.meta.url),
  `/** Six recorded failures, gzip and base64. Made by \`npm run pack:demo\`. */\nexport const packedRecordings =\n  '${packed}';\n`,
);
process.stdout.write(`src/demo/recordings.ts: ${chosen.length} recordings, ${Math.round(packed.length / 1024)} KiB\n`);
