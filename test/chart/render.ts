import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectFolder } from '../cluster/paths.ts';
import { chartTool } from './chart-tools.ts';

export const chartFolder = join(projectFolder, 'helm', 'podmedic');

/** Values files of the chart that must always work. */
export const ciValuesFiles: readonly string[] = readdirSync(join(chartFolder, 'ci')).map((name) =>
  join(chartFolder, 'ci', name),
);

/** A rendered object, as far as the tests look into it. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
  readonly [field: string]: unknown;
}

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What a run of helm gave. */
export interface HelmRun {
  readonly ok: boolean;
  /** Standard output when it succeeded, standard error when it failed. */
  readonly text: string;
}

/** Runs helm. It says its own Kubernetes version only when linked with it, so `--kube-version` is always given. */
export function helm(command: 'template' | 'lint', args: readonly string[], chart = chartFolder): HelmRun {
  const words = command === 'template' ? ['template', 'podmedic', chart, '--namespace', 'medics'] : ['lint', chart];
  try {
    const text = execFileSync(chartTool('helm'), [...words, '--kube-version', '1.35.0', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { ok: true, text };
  } catch (error) {
    const { stderr, stdout } = error as { readonly stderr?: string; readonly stdout?: string };
    if (stderr === undefined) throw error;
    return { ok: false, text: `${stdout ?? ''}${stderr}` };
  }
}

/** The rendered YAML. Throws with helm's own words when the chart does not render. */
export function renderText(args: readonly string[] = [], chart = chartFolder): string {
  const run = helm('template', args, chart);
  if (!run.ok) throw new Error(run.text);
  return run.text;
}

/** The rendered objects. */
export function render(args: readonly string[] = [], chart = chartFolder): readonly RenderedObject[] {
  return parseAllDocuments(renderText(args, chart))
    .map((document) => document.toJS() as RenderedObject | null)
    .filter((object) => object !== null);
}
