/** The beginning of an answer as text. */
export async function readHead(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const { bytes } = await readTo(body, maxBytes);
  return bytes.toString('utf8');
}

/** The answer, or its beginning when it is longer than `maxBytes`. */
export async function readTo(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ readonly bytes: Buffer; readonly complete: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) return { bytes: Buffer.concat(chunks), complete: false };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), complete: true };
}

/**
 * The last `maxBytes` of an answer, from the start of a line on when its beginning had to go: the end of a log is what
 * tells. Invalid UTF-8 is replaced.
 */
export async function readTail(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ readonly text: string; readonly truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let dropped = false;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    for (let oldest = chunks[0]; oldest !== undefined && size - oldest.length >= maxBytes; oldest = chunks[0]) {
      chunks.shift();
      size -= oldest.length;
      dropped = true;
    }
  }
  const kept = Buffer.concat(chunks);
  if (!dropped && kept.length <= maxBytes) return { text: kept.toString('utf8'), truncated: false };
  const tail = kept.subarray(Math.max(0, kept.length - maxBytes));
  const newline = tail.indexOf(10);
  const wholeLines = newline >= 0 && newline < tail.length - 1 ? tail.subarray(newline + 1) : tail;
  return { text: wholeLines.toString('utf8'), truncated: true };
}
