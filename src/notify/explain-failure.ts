import type { DeliveryResult } from './sink.ts';

/** What became of a message, in words for a person: what is wrong and what to do; one or two sentences. */
export function explainFailure(sink: string, result: DeliveryResult): string {
  switch (result.outcome) {
    case 'sent':
      return `${sink}: delivered.`;
    case 'permanent':
      return `${sink}: refused (${result.why}). ${result.howToMend}`;
    case 'degrade':
      return `${sink}: the message itself was refused (${result.why}). Please report this as a defect, with the version.`;
    case 'retry':
      return `${sink}: not delivered (${result.why}). ${adviceFor(result.why)}`;
  }
}

function adviceFor(why: string): string {
  if (why.includes('429') || /rate_?limited/u.test(why))
    return 'Too many messages go to this channel; it will be tried again.';
  if (/^(?:ENOTFOUND|EAI_AGAIN)$/u.test(why))
    return 'The host name cannot be resolved: check the address and the DNS of this machine.';
  if (/^(?:ECONNREFUSED|ECONNRESET|EPIPE|UND_ERR_SOCKET)$/u.test(why))
    return 'The connection was refused or cut: check the address, proxies and network policies (port 443 outwards).';
  if (why === 'no answer in time' || /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/u.test(why))
    return 'There was no answer: check that network policies and firewalls let port 443 out.';
  if (why.includes('CERT') || why.includes('SELF_SIGNED'))
    return 'The certificate is not trusted: put your proxy’s CA into NODE_EXTRA_CA_CERTS.';
  if (why.startsWith('answer 200'))
    return 'Something answers that is not Slack: a proxy or a login page; check the address.';
  return 'It will be tried again; if this stays, check the address and the network.';
}
