import { describe, expect, test } from '@jest/globals';
import { explain } from '../log-case.ts';
import { configurationVariants } from './configuration-variants.ts';
import { dependencyVariants } from './dependency-variants.ts';
import { environmentVariants } from './environment-variants.ts';
import { fieldVariants } from './field-variants.ts';
import { hardVariants } from './hard-variants.ts';
import { mixedVariants } from './mixed-variants.ts';
import { multilineVariants } from './multiline-variants.ts';
import { programVariants } from './program-variants.ts';
import { systemVariants } from './system-variants.ts';
import type { Variant } from './variants.ts';

const families: Readonly<Record<string, Readonly<Record<string, Variant>>>> = {
  environment: environmentVariants,
  configuration: configurationVariants,
  dependency: dependencyVariants,
  system: systemVariants,
  program: programVariants,
  hard: hardVariants,
  mixed: mixedVariants,
  field: fieldVariants,
  multiline: multilineVariants,
};

describe.each(Object.entries(families))('%s', (_, variants) => {
  test.each(Object.entries(variants))('%s', (_title, { log, groups, never = [], about }) => {
    const { rootCause, rule } = explain(log, about);
    const lower = rootCause.toLowerCase();
    const missing = groups.filter((group) => !group.some((word) => lower.includes(word.toLowerCase())));
    const claimed = never.filter((word) => lower.includes(word.toLowerCase()));
    expect({ rootCause, rule, missing, claimed }).toEqual({ rootCause, rule, missing: [], claimed: [] });
  });
});
