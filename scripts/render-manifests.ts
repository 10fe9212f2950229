/**
 * Writes what is made from the Helm chart and for it: the settings that its schema allows, k8s-deployment.yaml, and the table of
 * values in its README.
 * `npm run render:manifests`; with `-- --check` it writes nothing and exits 1 when a file has drifted. Needs helm: `$HELM`,
 * the one of the test tools, or the one in PATH.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { toolPath } from '../test/cluster/build.ts';
import { withChartSettings } from './chart-settings.ts';
import { withValuesTable } from './values-table.ts';

const namespace = 'podmedic';
const root = new URL('../', import.meta.url);
const chart = new URL('helm/podmedic/', root);

const head = `# podmedic without Helm: the chart with its default values. Made by \`npm run render:manifests\`; do not edit.
#
#   kubectl apply -f k8s-deployment.yaml
#   kubectl create secret generic podmedic-secrets -n ${namespace} --from-literal=WEBHOOK_URL=https://hooks.slack.com/services/…
#
# The Secret may be made before or after. Settings are in the ConfigMap; after a change:
#   kubectl rollout restart deployment/podmedic -n ${namespace}
---
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    app.kubernetes.io/name: podmedic
    pod-security.kubernetes.io/enforce: restricted
`;

function renderManifests(): string {
  const given = process.env.HELM;
  const built = toolPath('helm');
  const helm = given !== undefined && given !== '' ? given : existsSync(built) ? built : 'helm';
  const args = [
    'template',
    'podmedic',
    chart.pathname,
    '--namespace',
    namespace,
    '--skip-tests',
    '--kube-version',
    '1.35.0',
  ];
  const rendered = execFileSync(helm, args, { encoding: 'utf8' });
  // These say who installed it, and where a line comes from: here neither is true.
  const foreign = /^(# Source: .*|\s+app\.kubernetes\.io\/managed-by: Helm|\s+helm\.sh\/chart: .*)\n/gm;
  return head + rendered.replace(foreign, '');
}

const valuesSchema = new URL('values.schema.json', chart);
const outputs: readonly (readonly [URL, () => string])[] = [
  [valuesSchema, () => withChartSettings(readFileSync(valuesSchema, 'utf8'))],
  [new URL('k8s-deployment.yaml', root), renderManifests],
  [
    new URL('README.md', chart),
    () =>
      withValuesTable(
        readFileSync(new URL('README.md', chart), 'utf8'),
        readFileSync(new URL('values.yaml', chart), 'utf8'),
      ),
  ],
];

const check = process.argv.includes('--check');
for (const [file, render] of outputs) {
  const wanted = render();
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue;
  if (check) {
    process.stderr.write(`${file.pathname} has drifted from the chart: run \`npm run render:manifests\`\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, wanted);
    process.stdout.write(`wrote ${file.pathname}\n`);
  }
}
