import type { RichTextPart, SlackBlock, SlackMessage } from '../src/notify/slack/blocks.ts';

/** A message as a page that looks like Slack's; only what the messages use is drawn. */
export function pageOf(message: SlackMessage): string {
  const attachments = (message.attachments ?? []).map(
    (one) =>
      `<div class="attachment"><i style="background:${one.color}"></i><div>${one.blocks.map(blockOf).join('')}</div></div>`,
  );
  const body = (message.blocks ?? []).map(blockOf).join('') + attachments.join('');
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><main><div class="avatar">⛑</div><div class="message"><div class="who"><b>podmedic</b> <span>APP</span> <time>10:08</time></div>${body}</div></main>`;
}

function blockOf(block: SlackBlock): string {
  switch (block.type) {
    case 'section':
      // mrkdwn: the text is escaped already; only *bold* is used.
      return `<p>${block.text.text.replace(/\*([^*]+)\*/gu, '<b>$1</b>')}</p>`;
    case 'context':
      return `<p class="context">${block.elements.map((one) => breaks(one.text)).join(' ')}</p>`;
    case 'rich_text':
      return block.elements.map(partOf).join('');
  }
}

function partOf(part: RichTextPart): string {
  const text = part.elements
    .map((run) => (run.style === undefined ? breaks(run.text) : `<b>${breaks(run.text)}</b>`))
    .join('');
  return part.type === 'rich_text_preformatted' ? `<pre>${text}</pre>` : `<p>${text}</p>`;
}

function breaks(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
}

// Sizes and colours as Slack's light theme shows them.
const style = `
* { box-sizing: border-box; margin: 0 }
body { background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Noto Sans", "DejaVu Sans", "Noto Color Emoji", sans-serif }
main { display: flex; gap: 8px; padding: 10px 12px; width: 100% }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1f6f8b; color: #fff; font-size: 22px; text-align: center; line-height: 36px }
.message { min-width: 0; flex: 1 }
.who span { background: #e8e8e8; color: #616061; border-radius: 2px; font-size: 10px; padding: 1px 3px; vertical-align: 1px }
.who time, .context { color: #616061; font-size: 12px }
p { overflow-wrap: anywhere; padding: 1px 0 }
.context { padding: 4px 0 }
pre { font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: #f8f8f8; border: 1px solid #dddddd; border-radius: 4px; padding: 8px; margin: 4px 0 }
.attachment { display: flex; gap: 10px; margin-top: 6px }
.attachment i { flex: none; width: 4px; border-radius: 8px }
.attachment div { min-width: 0; flex: 1 }
`;
