import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../cluster/build.ts';
import type { ClusterState } from '../cluster/cluster.ts';
import type { Kube, KubeObject } from '../cluster/kube.ts';
import { harnessFolder, projectFolder } from '../cluster/paths.ts';
import { projectImage } from '../cluster/project-image.ts';
import { runCommand } from '../cluster/run-command.ts';
import { waitFor } from '../cluster/wait.ts';
import { startSlackServer, type SlackServer } from '../fakes/slack-server.ts';
import { outerNetworkCommand } from './outer-network.ts';

/** The chart's own name of the image, so that an installation needs no other values than a user's. */
const chartImage = 'ghcr.io/podmedic/podmedic:0.1.0';

/** Installs the chart from its folder into a cluster that has the project's image, with a Slack that its pods reach. */
export interface ChartHarness {
  readonly slack: SlackServer;
  readonly kubectl: (...words: string[]) => Promise<string>;
  /** `helm COMMAND WORDS` for the release `podmedic` in a namespace. */
  readonly helm: (command: 'test' | 'uninstall', namespace: string, ...words: string[]) => Promise<string>;
  /** `helm upgrade --install` of the release `podmedic`; values are given as to `--set`. Returns the notes. */
  readonly install: (namespace: string, values: readonly string[], ...words: string[]) => Promise<string>;
  /** Makes a namespace that enforces Pod Security `restricted`, with the Secret `podmedic-secrets`. */
  readonly makeNamespace: (name: string) => Promise<void>;
  /** What `/PATH` of the release's Service answers to a pod. */
  readonly askService: (namespace: string, path: string) => Promise<string>;
  /** Texts of the messages about a workload, oldest first. */
  readonly messagesAbout: (workload: string) => readonly string[];
  readonly firstMessageAbout: (workload: string) => Promise<string>;
  /** A Deployment whose pod exits because DATABASE_URL is not set. */
  readonly failingDeployment: (namespace: string, name: string) => KubeObject;
  /** Writes a file into a folder of this harness and returns its path. */
  readonly writeFile: (name: string, content: string) => string;
  /** Uninstalls the releases of makeNamespace and closes Slack. */
  readonly close: () => Promise<void>;
}

/** Builds the project's image (outside of the cluster's network) unless this cluster has it, and starts the fake Slack. */
export async function createChartHarness(cluster: ClusterState, kube: Kube): Promise<ChartHarness> {
  const helmPath = (await ensureTools(['helm'], (line) => process.stderr.write(`${line}\n`))).helm;
  await importImage(cluster);
  const slack = await startSlackServer({ host: cluster.nodeAddress });
  const folder = mkdtempSync(join(cluster.folder, 'chart-'));
  const chart = join(projectFolder, 'helm', 'podmedic');
  const namespaces: string[] = [];

  const kubectl = (...words: string[]): Promise<string> => runCommand(['kubectl', ...words]);
  const helm = (command: string, namespace: string, ...words: string[]): Promise<string> =>
    runCommand([helmPath, command, 'podmedic', `--namespace=${namespace}`, ...words]);
  const messagesAbout = (workload: string): string[] => {
    const texts = slack.records.map(({ payload }) => String(payload.text));
    return texts.filter((text) => text.includes(` in ${workload} (`));
  };

  return {
    slack,
    kubectl,
    helm,
    messagesAbout,
    install: (namespace, values, ...words) =>
      helm('upgrade', namespace, chart, '--install', ...values.map((value) => `--set=${value}`), ...words),
    makeNamespace: async (name) => {
      namespaces.push(name);
      await kube.createNamespace(name, { 'pod-security.kubernetes.io/enforce': 'restricted' });
      await kube.apply(webhookSecret(name, slack.webhookUrl));
    },
    askService: async (namespace, path) => {
      const address = ['get', 'service', 'podmedic', `--namespace=${namespace}`, '--output=jsonpath={.spec.clusterIP}'];
      return askFromPod(kube, cluster, kubectl, `http://${await kubectl(...address)}:3000${path}`);
    },
    firstMessageAbout: (workload) =>
      waitFor(`a message about ${workload}`, () => messagesAbout(workload)[0], {
        timeoutMs: 150_000,
        explain: () => `; Slack has ${JSON.stringify(slack.records.map(({ payload }) => payload.text))}`,
      }),
    failingDeployment: (namespace, name) => {
      const command = ['sh', '-c', ': "${DATABASE_URL:?DATABASE_URL is not set}"'];
      const template = {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: cluster.busyboxImage, command }] },
      };
      const spec = { selector: { matchLabels: { app: name } }, template };
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
    },
    writeFile: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    close: async () => {
      for (const namespace of namespaces) await helm('uninstall', namespace, '--ignore-not-found');
      await slack.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The Secret that the chart looks for. */
export function webhookSecret(namespace: string, webhookUrl: string): KubeObject {
  const metadata = { name: 'podmedic-secrets', namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { WEBHOOK_URL: webhookUrl } };
}

/** Suites run side by side: one of them builds, the others wait for its mark. */
async function importImage(cluster: ClusterState): Promise<void> {
  const mark = join(cluster.folder, 'chart-image-imported');
  const build = [process.execPath, join(harnessFolder, 'project-image.ts'), cluster.name];
  const tag = ['ctr', `--address=${cluster.containerdSocket ?? ''}`, '--namespace=k8s.io', 'images', 'tag', '--force'];
  const script = [
    `[ ! -e "$1" ] || exit 0`,
    `set -e; ${quote(outerNetworkCommand(build))}; ${quote([...tag, projectImage, chartImage])}; touch "$1"`,
  ].join('\n');
  await runCommand(['flock', `${mark}.lock`, 'bash', '-c', script, 'bash', mark], { cwd: projectFolder });
  if (!existsSync(mark)) throw new Error('the image was not imported');
}

const quote = (command: readonly string[]): string =>
  command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/** The node has no route to Services of its own, but pods have. */
async function askFromPod(
  kube: Kube,
  cluster: ClusterState,
  kubectl: ChartHarness['kubectl'],
  url: string,
): Promise<string> {
  await kube.createNamespace('asker');
  const metadata = { name: 'asker', namespace: 'asker' };
  const containers = [{ name: 'asker', image: cluster.busyboxImage, command: ['sleep', '100000'] }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { terminationGracePeriodSeconds: 0, containers } };
  await kube.apply(pod);
  await kube.waitForObject<KubeObject & { status?: { phase?: string } }>(
    pod,
    ({ status }) => status?.phase === 'Running',
  );
  return kubectl('exec', '--namespace=asker', 'asker', '--', 'wget', '-qO-', url);
}
