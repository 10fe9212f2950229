import { endpointName } from '../../logs/endpoint.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { endpointOf } from './connection.ts';
import { fileSource, mendFileFix, short } from './common-fixes.ts';

function peer(hit: Hit): string {
  const own = endpointOf(hit) ?? commandEndpoint(hit);
  return own ? ` of ${endpointName(own)}` : '';
}

// `curl https://host:port/` in the command: the message itself often names nobody.
function commandEndpoint(hit: Hit): { readonly host: string; readonly port?: number } | undefined {
  const words = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].join(' ');
  const found = /https:\/\/([A-Za-z0-9_.-]+)(?::(\d+))?/.exec(words);
  return found?.[1] === undefined ? undefined : { host: found[1], ...(found[2] && { port: Number(found[2]) }) };
}

function certificate(what: (peer: string, hit: Hit) => string, fix: string): Sign['read'] {
  return (hit): Reading => {
    const endpoint = endpointOf(hit) ?? commandEndpoint(hit);
    return {
      cause: what(peer(hit), hit),
      fixes: [{ summary: fix }],
      ...(endpoint && { endpoint, bonus: 4 }),
    };
  };
}

// Java says why in the last cause below.
function causesBelow(hit: Hit): string {
  return hit
    .around(0, 60)
    .split('\n')
    .filter((line) => line.startsWith('Caused by: '))
    .join('\n');
}

/** TLS: certificates and handshakes. */
export const tlsSigns: readonly Sign[] = [
  {
    id: 'dependency/tls-expired',
    rank: 'exact',
    strength: 20,
    pattern:
      /certificate (?:has |is |was )?(?:already )?expired|CERT_HAS_EXPIRED|certificate_expired|x509: certificate has expired or is not yet valid|CertificateExpiredException|NotAfter: |CertificateNotYetValid|certificate is not yet valid|ERR_CERT_DATE_INVALID|certificate verify failed: certificate has expired|cert(?:ificate)?[^\n]{0,60} expired (?:on|at|\d)/i,
    read: certificate((of, hit) => {
      const date =
        /(?:is after|notAfter[=:]|NotAfter:|expired (?:on|at)) {0,3}([\w,:+-]{8,40}?(?:Z|GMT|UTC|\d{4}|\d\d:\d\d:\d\d))/i.exec(
          hit.line.message,
        )?.[1];
      const young =
        /not yet valid/i.test(hit.line.message) && !/expired or is not yet|is after/i.test(hit.line.message);
      return young
        ? `The TLS certificate${of} is not yet valid`
        : `The TLS certificate${of} has expired${date === undefined ? '' : ` (${date.trim()})`}`;
    }, 'Renew the certificate on the server, then restart'),
  },
  {
    // openssl x509 -checkend says the same of a certificate that has expired and of one that is about to.
    id: 'configuration/tls-own-expired',
    rank: 'exact',
    strength: 19,
    pattern: /^Certificate will expire$/,
    read: (hit) => {
      const text = hit.around(8, 4);
      const file = /(\/[\w./-]{1,200}\.(?:crt|pem|cer))\b/.exec(text)?.[1];
      const end = /notAfter=([^\n]{8,40})/.exec(text)?.[1];
      const over = end !== undefined && Date.parse(end) < hit.view.file.nowMs;
      return {
        cause: `The TLS certificate${file === undefined ? '' : ` ${file}`} ${over ? 'has expired' : 'has expired or expires soon'}${end === undefined ? '' : ` (${end})`}, says openssl: certificate will expire`,
        fixes: [{ summary: 'Renew the certificate, then restart' }],
        bonus: file === undefined ? 2 : 6,
      };
    },
  },
  {
    id: 'dependency/tls-host-mismatch',
    rank: 'exact',
    strength: 20,
    pattern:
      /certificate is (?:not valid for|valid for) [^\n]{1,200}|(?:ERR_TLS_CERT_ALTNAME_INVALID\]?:? ?)?Hostname\/IP does not match certificate's altnames[^\n]{0,200}|ERR_TLS_CERT_ALTNAME_INVALID|[Hh]ostname mismatch[^\n]{0,160}|no alternative certificate subject name matches target host ?name '?([\w.-]+)'?|IP address mismatch[^\n]{0,80}|certificate subject name '?[^\n']{1,100}'? does not match target host ?name '?[\w.-]+'?|doesn't match (?:either of )?'[^\n]{1,120}|No subject alternative (?:DNS )?names? (?:matching|present)[^\n]{0,120}|x509: cannot validate certificate for \S+ because it doesn't contain any IP SANs|CertificateNameMismatch|NotValidForName|server certificate for "[^"]{1,120}" does not match host name "[^"]{1,120}"|certificate (?:common name|name)[^\n]{0,80} (?:doesn't|does not) match|RemoteCertificateNameMismatch|hostname "[^"]+" does not match the server certificate/,
    read: certificate(
      (of, hit) =>
        `The TLS certificate${of} does not match the host name (hostname mismatch: ${short(hit.match[0], 180)})`,
      'Use a name that the certificate holds, or issue one with this name',
    ),
  },
  {
    id: 'dependency/tls-unknown-authority',
    rank: 'exact',
    strength: 20,
    pattern:
      /unable to get (?:local )?issuer certificate|self[- ]signed certificate(?: in certificate chain)?|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|unable to verify the first certificate|certificate signed by unknown authority|PKIX path (?:building|validation) failed|unable to find valid certification path|UnknownIssuer|unknown[ _]ca\b|UntrustedRoot|PartialChain|certificate (?:is )?not trusted|untrusted (?:root|certificate)|CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSL certificate problem|SSL certificate verification failed|certificate chain was issued by an authority that is not trusted|The remote certificate is invalid|root certificate file "[^"]*" does not exist/,
    read: certificate(
      (of) =>
        `The TLS certificate${of} is not trusted: it is self-signed or signed by an unknown CA (unable to get local issuer certificate)`,
      'Mount the CA that signed it and point the program to it (SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, --cacert …)',
    ),
  },
  {
    id: 'dependency/tls-handshake',
    rank: 'specific',
    strength: 17,
    pattern:
      /wrong version number|[Ff]irst record does not look like a TLS handshake|server gave HTTP response to HTTPS client|SSL routines[^\n]{0,160}|tls: [a-z][^\n]{3,120}|handshake[ _]failure|TLS handshake (?:failed|error|timeout)[^\n]{0,100}|SSLHandshakeException[^\n]{0,160}|SSLError[^\n]{0,160}|EPROTO[^\n]{0,160}|unsupported protocol|server does not support SSL[^\n]{0,60}|SSL (?:connection has been closed|is not enabled on the server|is required|off)[^\n]{0,60}|ERR_SSL_\w+|no (?:shared cipher|cipher suites in common)|certificate required|bad certificate|inappropriate fallback|Unsupported or unrecognized SSL message|Not an SSL\/TLS record|[Pp]lain HTTP request was sent to HTTPS port/,
    read: (hit) => {
      const text = hit.match[0];
      const plain =
        /wrong version number|does not look like a TLS|HTTP response to HTTPS|does not support SSL|not enabled on the server|unrecognized SSL message|Not an SSL/.test(
          text,
        );
      const what = plain ? 'the other side speaks plain text where TLS (SSL) is expected' : short(text, 140);
      const endpoint = endpointOf(hit) ?? commandEndpoint(hit);
      return {
        cause: `The TLS (SSL) handshake${endpoint ? ` with ${endpointName(endpoint)}` : ''} fails: ${what}${plain ? ` (${short(text, 80)})` : ''}`,
        fixes: [
          {
            summary: plain
              ? 'Use the plain scheme and port, or switch TLS on at the server'
              : 'Make both sides agree on protocol and certificates',
          },
        ],
        ...(endpoint && { endpoint, bonus: 4 }),
      };
    },
  },
  {
    id: 'configuration/tls-key-mismatch',
    rank: 'exact',
    strength: 22,
    pattern:
      /private key does not match (?:the )?(?:public key|certificate)(?: (\/\S{1,200}))?|key values mismatch|certificate and private key do not match|X509_check_private_key|(?:private key|key file) (?:\S{1,200} )?does(?:n't| not) match (?:the )?certificate/i,
    read: (hit) => {
      const path = (hit.group(1) || /(\/[\w./-]{1,200}\.(?:crt|pem|cert|key))/.exec(hit.line.message)?.[1]) ?? '';
      return {
        cause: `The TLS private key does not match the certificate${path === '' ? '' : ` ${path}${fileSource(hit.view, path)}`}`,
        fixes: [mendFileFix(hit.view, path, 'Put the key that belongs to the certificate (both of one pair)')],
        bonus: 6,
      };
    },
  },
  {
    id: 'configuration/key-in-variable',
    rank: 'exact',
    strength: 21,
    pattern:
      /DECODER routines::unsupported|ERR_OSSL_(?:UNSUPPORTED|PEM_\w+|ASN1_\w+)|Could not (?:deserialize|parse) key data|Unable to load PEM file|(?:Invalid|invalid) PEM|InvalidKeySpecException|not a valid PEM|no PEM data (?:was )?found|secretOrPrivateKey must be an asymmetric key/,
    read: (hit) => {
      const env = (hit.view.spec?.env ?? []).filter(
        (one) => /KEY|CERT|PEM/.test(one.name ?? '') || one.value?.includes('-----BEGIN') === true,
      );
      const [one] = env.length === 1 ? env : env.filter((each) => each.value?.includes('-----BEGIN') === true);
      const escaped = one?.value?.includes('\\n') === true ? ': its line breaks are written as \\n' : '';
      return {
        cause: `The ${(one?.name ?? '').includes('KEY') ? 'private key' : (one?.name ?? '').includes('CERT') ? 'certificate' : 'private key or certificate'}${one?.name === undefined ? ' that it reads' : ` in environment variable ${one.name}`} cannot be decoded, it is not valid PEM (${short(hit.match[0], 80)})${escaped}`,
        fixes: [{ summary: `Provide ${one?.name ?? 'it'} as PEM with real line breaks, best as a file from a Secret` }],
        bonus: one === undefined ? 0 : 6,
      };
    },
  },
  {
    id: 'configuration/tls-file',
    rank: 'exact',
    strength: 18,
    pattern:
      /(?:could not load|cannot load|failed to load|unable to load|error loading|loading|reading|could not read|can't load|cannot read|failed to read|open)[^\n"'/]{0,40}(?:certificate|private key|key ?pair|keystore|truststore|cert|CA|key file|PEM)[^\n/]{0,40}["']?((?:\/[\w.@-]+)+)["']?([^\n]{0,160})|(keystore password was incorrect|Keystore was tampered with, or password was incorrect|failed to decrypt safe contents entry)|(tls: (?:failed to find any PEM data in \w+ input|private key does not match public key|failed to parse private key)|PEM_read_bio[^\n]{0,60}|no start line|bad decrypt|PEM routines[^\n]{0,60})/i,
    read: (hit) => {
      const path = hit.group(1);
      const rest = hit.group(2) || hit.group(3) || hit.group(4);
      if (path === '' && hit.group(3) === '') {
        return {
          cause: `A TLS certificate or key file that it reads is invalid: ${short(rest, 120)}`,
          fixes: [{ summary: 'Put a valid PEM file there' }],
        };
      }
      const what = /No such file|does not exist|not found|cannot find|NoSuchFile/i.test(
        `${hit.line.message}\n${causesBelow(hit)}`,
      )
        ? 'does not exist (No such file or directory)'
        : /[Pp]ermission denied|EACCES/.test(hit.line.message)
          ? 'cannot be read (permission denied)'
          : `cannot be loaded (${short(rest.replace(/^[:\s"']+/, ''), 120) || 'invalid'})`;
      return path === ''
        ? {
            cause: `The keystore cannot be opened: ${short(rest)}`,
            fixes: [{ summary: 'Give the password that belongs to the keystore' }],
          }
        : {
            cause: `TLS certificate or key file ${path}${fileSource(hit.view, path)} ${what}`,
            fixes: [mendFileFix(hit.view, path, `Provide ${path}`)],
            bonus: 4,
          };
    },
  },
];
