import { isMap, isPair, isScalar, parseDocument, stringify, type Node, type Pair } from 'yaml';

/** One documented value of the chart. */
export interface DocumentedValue {
  readonly path: string;
  readonly fallback: unknown;
  /** What the `# --` comment above it says; empty when there is none. */
  readonly description: string;
}

/**
 * The values of a values.yaml in their order. A value with a comment `# --` above it is one row, whatever it holds; without
 * one its own entries are rows.
 */
export function documentedValues(valuesYaml: string): readonly DocumentedValue[] {
  const rows: DocumentedValue[] = [];
  const visit = (pair: Pair, parent: string, comment: string): void => {
    const path = parent + String(isScalar(pair.key) ? pair.key.value : pair.key);
    const description = /(?:^|\n) -- (.*)/.exec(comment)?.[1] ?? '';
    const value = pair.value as Node | null;
    if (isMap(value) && value.items.length > 0 && description === '')
      visitMap(value.items, `${path}.`, value.commentBefore);
    else rows.push({ path, fallback: value?.toJSON(), description });
  };
  const visitMap = (items: readonly unknown[], parent: string, firstComment: string | null | undefined): void => {
    for (const [index, pair] of items.entries()) {
      if (!isPair(pair)) continue;
      const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
      // The comment before the first entry of a map is kept with the map.
      visit(pair, parent, own ?? (index === 0 ? firstComment : undefined) ?? '');
    }
  };
  const contents = parseDocument(valuesYaml).contents;
  if (isMap(contents)) visitMap(contents.items, '', contents.commentBefore);
  return rows;
}

const [begin, end] = ['<!-- values:begin -->', '<!-- values:end -->'];

/** The README with the table of values between its two marks made anew. */
export function withValuesTable(readme: string, valuesYaml: string): string {
  const rows = documentedValues(valuesYaml).map(
    ({ path, fallback, description }) =>
      `| \`${path}\` | \`${inline(fallback)}\` | ${description.replaceAll('|', '\\|')} |`,
  );
  const table = ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n');
  const before = readme.slice(0, readme.indexOf(begin) + begin.length);
  return `${before}\n\n${table}\n\n${readme.slice(readme.indexOf(end))}`;
}

const inline = (value: unknown): string =>
  value === ''
    ? '""'
    : stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
