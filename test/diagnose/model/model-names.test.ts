import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { baseName, requestStyle, smallModel, strongModel } from '../../../src/diagnose/model/model-names.ts';

const require = createRequire(import.meta.url);

/** The SDK does not export its list of deprecated models; it stands in its source. */
function sdkList(file: string, pattern: RegExp): string[] {
  const text = readFileSync(
    require.resolve(`@anthropic-ai/sdk/resources/messages/${file}`).replace(/messages\.js$/u, file),
    'utf8',
  );
  const block = pattern.exec(text)?.[1] ?? '';
  return [...block.matchAll(/'(claude-[a-z0-9-]+)'/gu)].map((match) => match[1] ?? '');
}

const deprecated = sdkList('messages.js', /const DEPRECATED_MODELS = \{([^}]*)\}/u);

test('the lists of the SDK are where this test looks for them', () => {
  expect(deprecated.length).toBeGreaterThan(0);
});

test('the default models are not deprecated', () => {
  expect(deprecated).not.toContain(smallModel);
  expect(deprecated).not.toContain(strongModel);
});

test('the default models are listed in the SDK’s Model type', () => {
  const types = readFileSync(
    require.resolve('@anthropic-ai/sdk/resources/messages/messages.js').replace(/\.js$/u, '.d.ts'),
    'utf8',
  );
  const listed = /export type Model = ([^;]+);/u.exec(types)?.[1] ?? '';
  expect(listed).toContain(`'${smallModel}'`);
  expect(listed).toContain(`'${strongModel}'`);
});

test('names of gateways and snapshots', () => {
  expect(baseName('anthropic/claude-haiku-5-5')).toBe('claude-haiku-5-5');
  expect(baseName('us.anthropic.claude-opus-4-5-20251101')).toBe('claude-opus-4-5');
  expect(requestStyle('claude-haiku-4-5').thinking).toBeUndefined();
});
