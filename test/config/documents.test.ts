import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'dotenv';
import { describeSettings, environmentExample, settingsTable } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('what is written about settings', () => {
  test('README holds the table made from the schema (npm run docs:settings)', () => {
    expect(read('README.md')).toContain(settingsTable());
  });

  test('.env.example is made from the schema (npm run docs:settings)', () => {
    expect(read('.env.example')).toBe(environmentExample());
  });

  test('every default shown in .env.example is accepted and means what no setting means', () => {
    const uncommented = read('.env.example').replace(/^# ([A-Z0-9_]+=)/gm, '$1');
    const shown = parse(uncommented);
    const defaults = Object.fromEntries(
      describeSettings()
        .filter(({ defaultText }) => defaultText !== undefined)
        .map(({ name }) => [name, shown[name] ?? 'not in the file']),
    );
    const load = (env: Record<string, string>) =>
      loadConfig(
        { env: { WATCH_NAMESPACES: 'default', ...env }, readFile: () => undefined },
        { needsNamespaces: true },
      );
    expect(load(defaults)).toMatchObject({ ok: true });
    expect(JSON.stringify(load(defaults))).toBe(JSON.stringify(load({})));
  });
});
