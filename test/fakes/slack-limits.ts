/** Slack's rules for a message, as its documentation and its behaviour tell them; `undefined` when it keeps them all. */
export function payloadProblem(payload: unknown, bytes: number): string | undefined {
  if (!isRecord(payload)) return 'invalid_payload';
  const { text, blocks, attachments } = payload;
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  const hasAttachments = Array.isArray(attachments) && attachments.length > 0;
  if ((typeof text !== 'string' || text.trim() === '') && !hasBlocks && !hasAttachments) return 'no_text';
  if (typeof text === 'string' && text.length > 40_000) return 'msg_too_long';
  if (bytes > 13_000) return 'msg_blocks_too_long';
  if (blocks !== undefined && !Array.isArray(blocks)) return 'invalid_blocks_format';
  if (hasBlocks && !validBlocks(blocks)) return 'invalid_blocks';
  if (attachments !== undefined && !Array.isArray(attachments)) return 'invalid_attachments';
  if (hasAttachments && attachments.length > 100) return 'too_many_attachments';
  if (hasAttachments && !attachments.every(validAttachment)) return 'invalid_attachments';
  return undefined;
}

function validAttachment(attachment: unknown): boolean {
  if (!isRecord(attachment)) return false;
  return attachment.blocks === undefined || (Array.isArray(attachment.blocks) && validBlocks(attachment.blocks));
}

function validBlocks(blocks: readonly unknown[]): boolean {
  return blocks.length <= 50 && blocks.every(validBlock);
}

function validBlock(block: unknown): boolean {
  if (!isRecord(block)) return false;
  switch (block.type) {
    case 'section': {
      const fields = block.fields;
      if (
        fields !== undefined &&
        !(Array.isArray(fields) && fields.length <= 10 && fields.every((one) => validText(one, 2_000)))
      )
        return false;
      return fields !== undefined || validText(block.text, 3_000);
    }
    case 'header':
      return isRecord(block.text) && block.text.type === 'plain_text' && validText(block.text, 150);
    case 'context': {
      const elements = block.elements;
      return (
        Array.isArray(elements) &&
        elements.length > 0 &&
        elements.length <= 10 &&
        elements.every((one) => validText(one, 2_000))
      );
    }
    case 'divider':
      return true;
    case 'rich_text': {
      const elements = block.elements;
      return Array.isArray(elements) && elements.length > 0 && elements.every(validRichPart);
    }
    default:
      return false;
  }
}

function validText(text: unknown, limit: number): boolean {
  if (!isRecord(text) || typeof text.text !== 'string') return false;
  if (text.type === 'plain_text' ? !allowed(text, ['type', 'text', 'emoji']) : text.type !== 'mrkdwn') return false;
  return text.text.length > 0 && text.text.length <= limit;
}

function validRichPart(part: unknown): boolean {
  if (!isRecord(part) || !Array.isArray(part.elements) || part.elements.length === 0) return false;
  if (part.type !== 'rich_text_section' && part.type !== 'rich_text_preformatted') return false;
  return part.elements.every(
    (run: unknown) =>
      isRecord(run) &&
      run.type === 'text' &&
      typeof run.text === 'string' &&
      run.text.length > 0 &&
      run.text.length <= 3_000,
  );
}

function allowed(record: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(record).every((key) => keys.includes(key));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Everything in a message that would notify or link: `<!channel>`, `<@U1>`, `<http…>` in parsed text, and rich elements. */
export function activeTokens(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return [];
  if (Array.isArray(payload)) return payload.flatMap(activeTokens);
  const record = payload as Record<string, unknown>;
  const own: string[] = [];
  if (['user', 'usergroup', 'broadcast', 'channel', 'link'].includes(String(record.type)))
    own.push(String(record.type));
  const parsed = record.type === 'mrkdwn' || (record.type === undefined && typeof record.text === 'string');
  if (parsed && typeof record.text === 'string') own.push(...(record.text.match(/<[^>]*>?/gu) ?? []));
  return [...own, ...Object.values(record).flatMap(activeTokens)];
}
