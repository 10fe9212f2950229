// Code points that terminals show two columns wide (Unicode UAX #11: Wide and Fullwidth) and those of no width.
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$/u;
const zeroWidth = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** Wraps at blanks to `columns`; a word that is longer is broken. Later lines begin with `indent`. */
export function wrapText(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  const push = (): void => {
    lines.push(line);
    line = indent;
  };
  for (const word of text.split(' ')) {
    const gap = line === '' || line === indent ? '' : ' ';
    if (displayWidth(line + gap + word) <= columns) {
      line += gap + word;
      continue;
    }
    if (line !== '' && line !== indent) push();
    for (const character of word) {
      if (displayWidth(line + character) > columns && line !== indent) push();
      line += character;
    }
  }
  push();
  return lines;
}
