import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath, type ToolName } from '../cluster/build.ts';
import { cacheFolder } from '../cluster/paths.ts';

/** The programs that the chart's tests run. */
export const chartTools = [
  'helm',
  'helm-unittest',
  'kubeconform',
  'pod-security',
] as const satisfies readonly ToolName[];
export type ChartTool = (typeof chartTools)[number];

/** The Python package whose only use is that it carries the API's schemas of many Kubernetes versions. */
export const schemaPackage = 'kubernetes-validate==1.37.0';

/** Kubernetes versions whose schemas the rendered objects must satisfy, oldest and newest included. */
export const kubernetesVersions = ['1.25.0', '1.27.0', '1.29.0', '1.31.0', '1.33.0', '1.35.0', '1.37.0'] as const;

/** Folder with one folder of schemas for each version, `v1.25.0-local-strict` … */
export const schemaFolder = (): string => join(cacheFolder(), 'schemas', schemaPackage.replace('==', '-'));

/** Path of a program. Throws with the command that builds it when it is missing: a chart test never skips. */
export function chartTool(name: ChartTool): string {
  const path = toolPath(name);
  if (!existsSync(path)) throw new Error(`${name} is missing (${path}): build it with \`npm run test:chart:build\``);
  return path;
}

/** Path of the schemas. Throws with the command that fetches them when they are missing. */
export function kubernetesSchemas(): string {
  const folder = schemaFolder();
  if (!existsSync(folder)) throw new Error(`${folder} is missing: fetch it with \`npm run test:chart:build\``);
  return folder;
}
