import { placeholder } from './placeholder.ts';

const isSecretKind = /kind\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?Secret\b/u;
const yamlBlock = /^(?<indent>[ \t-]*)(?:data|stringData):[ \t]*$/u;
const yamlMember = /^(?<head>\s*[\w.-]+:\s*)(?<value>\S.*)$/u;
const jsonObject = /(?<head>\\?"(?:data|stringData)\\?"\s{0,8}:\s{0,8}\{)(?<body>[^{}]*)(?=\})/gu;
const jsonMember = /(?<head>\\?"[^"\\]{1,253}\\?"\s{0,8}:\s{0,8}\\?")(?<value>[^"\\]*)/gu;

/** Empties the data of Kubernetes Secrets that were printed as YAML or JSON; the keys stay. */
export function redactSecretManifests(text: string): string {
  if (!isSecretKind.test(text)) return text;
  const out = text.replace(
    jsonObject,
    (_, head: string, body: string) => head + body.replace(jsonMember, `$1${placeholder}`),
  );
  let inside: number | undefined;
  return out
    .split('\n')
    .map((line) => {
      const block = yamlBlock.exec(line);
      if (block !== null) {
        inside = block.groups?.indent?.length ?? 0;
        return line;
      }
      if (inside === undefined || line.trim() === '') return line;
      if (indentOf(line) <= inside) {
        inside = undefined;
        return line;
      }
      const member = yamlMember.exec(line);
      if (member?.groups === undefined) return ' '.repeat(indentOf(line)) + placeholder;
      return (member.groups.head ?? '') + placeholder;
    })
    .join('\n');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
