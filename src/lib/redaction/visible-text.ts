const esc = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
const csi = String.fromCharCode(0x9b);

// ECMA-48: operating system commands (hyperlinks, titles), control sequences (colours), two-byte escapes.
const terminalSequences = new RegExp(
  `${esc}\\][^${bell}${esc}\\n]*(?:${bell}|${esc}\\\\)|(?:${esc}\\[|${csi})[0-?]*[ -/]*[@-~]|${esc}[ -/]*[0-~]`,
  'gu',
);

// The same colours after a JSON or shell encoder wrote them as text: \u001b[31m, \x1b[0m, \033[1m, \e[0m.
const escapedSequences = /\\(?:u001b|x1b|0?33|e)\[[0-9;:]{0,32}[A-Za-z]/giu;

const lineBreaks = /\r\n?|[\u0085\u2028\u2029]/gu;

// Zero-width and bidirectional marks, fillers, tags and variation selectors are all "default ignorable".
const invisible = /\p{Default_Ignorable_Code_Point}|[\uFFF9-\uFFFB]/gu;
const controls = /(?![\t\n])\p{Cc}/gu;

/**
 * What a person would see of a text: without terminal sequences, control, zero-width and bidirectional characters, with
 * every line break as \n and lone surrogates as U+FFFD. Text that hides a secret between such characters is joined again.
 */
export function visibleText(text: string): string {
  return text
    .replace(terminalSequences, '')
    .replace(escapedSequences, '')
    .replace(lineBreaks, '\n')
    .replace(controls, '')
    .replace(invisible, '')
    .toWellFormed();
}
