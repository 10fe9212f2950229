import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, harnessFolder } from './paths.ts';
import { runCommand } from './run-command.ts';

/** A Go program that the tests need: which module of tools/ pins it and which package it is. */
interface Recipe {
  readonly module: string;
  readonly goPackage: string;
  readonly linkerFlags: string;
  /** envtest ships these, so KUBEBUILDER_ASSETS may provide them. */
  readonly inEnvtest?: true;
}

const kubernetesVersion = 'v1.35.4';
const versionPackage = 'k8s.io/component-base/version';
const kubernetesFlags = [
  '-s -w',
  `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
  `-X ${versionPackage}.gitMajor=1`,
  `-X ${versionPackage}.gitMinor=35`,
  `-X ${versionPackage}.gitTreeState=clean`,
].join(' ');

function kubernetes(name: string): Recipe {
  return { module: 'kubernetes', goPackage: `k8s.io/kubernetes/cmd/${name}`, linkerFlags: kubernetesFlags };
}

/** In build order: what a control plane needs comes first. */
const recipes = {
  etcd: { module: 'etcd', goPackage: '.', linkerFlags: '-s -w', inEnvtest: true },
  'kube-apiserver': { ...kubernetes('kube-apiserver'), inEnvtest: true },
  kubectl: { ...kubernetes('kubectl'), inEnvtest: true },
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
  pause: { module: 'pause', goPackage: '.', linkerFlags: '-s -w' },
  helm: {
    module: 'helm',
    goPackage: 'helm.sh/helm/v3/cmd/helm',
    linkerFlags: '-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0',
  },
  'pod-security': { module: 'pod-security', goPackage: '.', linkerFlags: '-s -w' },
  'helm-unittest': {
    module: 'helm-unittest',
    goPackage: 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest',
    linkerFlags: '-s -w',
  },
  kubeconform: {
    module: 'kubeconform',
    goPackage: 'github.com/yannh/kubeconform/cmd/kubeconform',
    linkerFlags: '-s -w',
  },
} as const satisfies Record<string, Recipe>;

export type ToolName = keyof typeof recipes;

/** Every tool, in build order. */
export const allTools = Object.keys(recipes) as readonly ToolName[];

/** What an API server with its controllers needs. */
export const controlPlaneTools = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
] as const satisfies readonly ToolName[];

/** What a cluster with a node needs. */
export const nodeTools = [
  ...controlPlaneTools,
  'kubelet',
  'kube-proxy',
  'pause',
] as const satisfies readonly ToolName[];

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(recipes, name);
}

/** Path of a tool: from KUBEBUILDER_ASSETS where it is there, else its place in the cache (built or not). */
export function toolPath(name: ToolName): string {
  const recipe: Recipe = recipes[name];
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (recipe.inEnvtest && assets !== undefined && assets !== '') {
    const given = join(assets, name);
    if (existsSync(given)) return given;
  }
  return join(cacheFolder(), 'tools', `${recipe.module}-${moduleHash(recipe)}`, name);
}

/**
 * Builds the tools that are missing, one after the other, and returns the path of each.
 * A build is put in place by a rename, so that an interrupted one leaves nothing behind, and holds a
 * file lock, so that two builders do not do the same work. Throws CommandError when a build fails.
 */
export async function ensureTools(
  names: readonly ToolName[],
  log: (line: string) => void,
): Promise<Readonly<Record<ToolName, string>>> {
  const startedAt = Date.now();
  const missing = allTools.filter((name) => names.includes(name) && !existsSync(toolPath(name)));
  for (const [index, name] of missing.entries()) {
    const toolStartedAt = Date.now();
    log(`building ${name} (${String(index + 1)} of ${String(missing.length)})`);
    await buildTool(name);
    log(`built ${name} in ${seconds(toolStartedAt)}`);
  }
  if (missing.length > 0) log(`builds took ${seconds(startedAt)}`);
  return Object.fromEntries(allTools.map((name) => [name, toolPath(name)])) as Record<ToolName, string>;
}

async function buildTool(name: ToolName): Promise<void> {
  const recipe: Recipe = recipes[name];
  const target = toolPath(name);
  const folder = join(target, '..');
  mkdirSync(folder, { recursive: true });
  const script = [
    'set -e',
    '[ ! -e "$TARGET" ] || exit 0', // another builder was faster
    'trap \'rm -f "$TARGET.$$"\' EXIT',
    'nice go build -mod=readonly -trimpath -ldflags "$LINKER_FLAGS" -o "$TARGET.$$" "$GO_PACKAGE"',
    'mv "$TARGET.$$" "$TARGET"',
  ].join('\n');
  await runCommand(['flock', join(cacheFolder(), 'tools', 'build.lock'), 'bash', '-c', script], {
    cwd: join(harnessFolder, 'tools', recipe.module),
    env: {
      TARGET: target,
      LINKER_FLAGS: recipe.linkerFlags,
      GO_PACKAGE: recipe.goPackage,
      CGO_ENABLED: '0',
      GOWORK: 'off',
    },
  });
}

/** Twelve hex digits that change with the module's files and the way it is built. */
function moduleHash(recipe: Recipe): string {
  const folder = join(harnessFolder, 'tools', recipe.module);
  const hash = createHash('sha256').update(recipe.linkerFlags);
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}
