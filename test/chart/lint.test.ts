import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectFolder } from '../cluster/paths.ts';
import { chartTool } from './chart-tools.ts';
import { chartFolder, ciValuesFiles, helm } from './render.ts';

const cases = ciValuesFiles.map((file) => [basename(file), file] as const);

describe('the chart', () => {
  test.each(cases)('is linted strictly and renders with %s', (_name, file) => {
    const lint = helm('lint', ['--strict', '--values', file]);
    expect(lint.text).toContain('0 chart(s) failed');
    expect(lint.text).not.toMatch(/\[(WARNING|ERROR)\]/);
    expect(helm('template', ['--values', file])).toMatchObject({ ok: true });
  });

  test('passes its own unit tests', () => {
    const output = execFileSync(chartTool('helm-unittest'), [chartFolder], { encoding: 'utf8' });
    rmSync(join(chartFolder, 'tests', '__snapshot__'), { recursive: true, force: true });
    expect(output).toMatch(/Tests: +[1-9][0-9]* passed, [1-9][0-9]* total/);
    expect(output).not.toMatch(/failed|errored/);
  });

  test('has its rendered manifests and its table of values in the repository', () => {
    const check = (): string =>
      execFileSync(process.execPath, ['scripts/render-manifests.ts', '--check'], {
        cwd: projectFolder,
        encoding: 'utf8',
        env: { ...process.env, HELM: chartTool('helm') },
      });
    expect(check).not.toThrow();
  });
});
