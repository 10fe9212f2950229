/** The other side of a connection. */
export interface Endpoint {
  readonly host?: string;
  readonly port?: number;
}

const host = String.raw`(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?)`;
const ip = String.raw`\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}`;

// Ordered: the forms that say plainly what is host and what is port come first. Groups: h(ost), p(ort).
const forms: readonly RegExp[] = [
  new RegExp(String.raw`server at "(?<h>${host})"(?: \([^)]*\))?, port (?<p>\d{1,5})`), // libpq 14+
  new RegExp(
    String.raw`host(?:name)? "(?<h>${host})"(?: \([^)]*\))? and accepting TCP/IP connections on port (?<p>\d{1,5})`,
  ), // libpq before
  new RegExp(String.raw`host ?[=:] ?['"]?(?<h>${host})['"]?,? (?:and )?port ?[=:] ?['"]?(?<p>\d{1,5})`, 'i'),
  new RegExp(String.raw`(?:MySQL |MariaDB )?server (?:on|at) '(?<h>${host})(?::(?<p>\d{1,5}))?'`, 'i'),
  new RegExp(String.raw`for "(?<h>${host})" port (?<p>\d{1,5})`), // Ruby
  new RegExp(String.raw`\('(?<h>${host})', (?<p>\d{1,5})\)`), // Python socket addresses
  new RegExp(
    String.raw`(?:connect(?:ing|ion)? to|connect(?:ed)? to|reach|dial(?:ing)?|contact(?:ing)?|to host|remote host|host|server) (?:host |server )?['"\x60]?(?<h>${host})['"\x60]?,? (?:on |at )?\(?(?:tcp )?port[ :=]?(?<p>\d{1,5})`,
    'i',
  ),
  new RegExp(String.raw`to (?<h>${host}) \([^)]*\) port (?<p>\d{1,5})`), // curl, nc
  new RegExp(
    String.raw`\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@'"]{0,200}@)?(?<h>${host})(?::(?<p>\d{1,5}))?(?=[/?\s'",;)\]}]|$)`,
    'i',
  ),
  new RegExp(String.raw`(?<![\w.:/-])/?(?:${host}/)?(?<h>${ip}|\[[0-9a-fA-F:]+\]):(?<p>\d{1,5})(?!\d|\.\d)`),
  new RegExp(String.raw`(?<![\w./\\-])(?<h>[A-Za-z][A-Za-z0-9_.-]{0,252}):(?<p>\d{2,5})(?!\d|:\d|\.\d)`),
  /(?<![\w:])(?<h>::1|::):(?<p>\d{2,5})(?!\d|:)/,
  new RegExp(String.raw`/dev/tcp/(?<h>${host})/(?<p>\d{1,5})`),
  new RegExp(String.raw`connect to (?<h>${host}) port (?<p>\d{1,5})`),
  new RegExp(String.raw`(?<![\w.:/-])(?<h>${ip})(?![\w.])`),
];

// Words that stand before a colon and a number without being a host.
const notHosts =
  /^(?:line|port|pid|exit|code|status|errno|error|node|file|column|col|char|position|at|version|attempt|http|https|tcp|udp|level|stdin|internal|main|pos|offset|row|index|retry|timeout|id|thread|task|worker|count|size|[\w-]+\.(?:py|js|ts|mjs|cjs|go|rb|php|java|kt|rs|c|cc|cpp|h|pl|sh|lua|ex|exs|scala|cs|conf|cfg|ya?ml|json|toml|ini|xml|sql|env|properties))$/i;

/** The first host and port that a text names, as programs print them; undefined when it names none. */
export function findEndpoint(whole: string): Endpoint | undefined {
  // Python shows its own side of a socket, too.
  const text = whole.includes('laddr=(') ? whole.replace(/laddr=\([^)]{0,80}\)/gu, '') : whole;
  for (const form of forms) {
    const groups = form.exec(text)?.groups;
    const name = groups?.h?.replace(/^\[|\]$/g, '');
    if (name === undefined || notHosts.test(name) || /^\d+$/.test(name)) continue;
    const port = Number(groups?.p);
    return { host: name, ...(port > 0 && port < 65536 && { port }) };
  }
  return undefined;
}

/** `db:5432`, `db`, or `port 5432`. */
export function endpointName(endpoint: Endpoint): string {
  const { host: name, port } = endpoint;
  if (name === undefined) return port === undefined ? 'the server' : `port ${String(port)}`;
  const shown = name.includes(':') ? `[${name}]` : name;
  return port === undefined ? shown : `${shown}:${String(port)}`;
}
