/** A Markdown table of figures beside their aims. */
export function table(
  title: string,
  rows: readonly (readonly [name: string, value: number | string, aim: string])[],
): string {
  return [
    `**${title}**`,
    '',
    '| | measured | aim |',
    '|---|---|---|',
    ...rows.map(
      ([name, value, aim]) =>
        `| ${name} | ${typeof value === 'number' ? value.toLocaleString('en') : value} | ${aim} |`,
    ),
  ].join('\n');
}
