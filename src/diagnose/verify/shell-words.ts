/** The words of one command, or why it is more (or less) than one plain command. */
export type ShellWords = { readonly words: readonly string[] } | { readonly problem: string };

const operators = /[|&;<>()`$\n\r*?[\]{}!~#\\'"\s]/u;
const maxLength = 8192;

/**
 * Splits a command as a POSIX shell would, but accepts only what stays plain words: quotes and backslashes. Pipes, lists,
 * redirections, substitutions, globs, braces and comments are refused, since what they do cannot be checked.
 */
export function shellWords(command: string): ShellWords {
  if (command.length > maxLength) return { problem: 'the command is too long' };
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < command.length) {
    const char = command.charAt(at);
    if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (char === "'") {
      const end = command.indexOf("'", at + 1);
      if (end < 0) return { problem: 'a quote is not closed' };
      word = (word ?? '') + command.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = doubleQuoted(command, at + 1);
      if ('problem' in quoted) return quoted;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\') {
      const next = command.charAt(at + 1);
      if (next === '' || next === '\n') return { problem: 'the command goes on in another line' };
      word = (word ?? '') + next;
      at += 2;
    } else if (operators.test(char)) {
      return { problem: `the shell would read ${JSON.stringify(char)} as more than a word` };
    } else {
      word = (word ?? '') + char;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function doubleQuoted(command: string, from: number): { text: string; end: number } | { problem: string } {
  let text = '';
  for (let at = from; at < command.length; at += 1) {
    const char = command.charAt(at);
    if (char === '"') return { text, end: at + 1 };
    if (char === '$' || char === '`' || char === '!' || char === '\n')
      return { problem: `the shell would read ${JSON.stringify(char)} inside quotes as more than text` };
    if (char === '\\' && /["\\$`]/u.test(command.charAt(at + 1))) {
      text += command.charAt(at + 1);
      at += 1;
    } else {
      text += char;
    }
  }
  return { problem: 'a quote is not closed' };
}
