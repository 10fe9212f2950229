import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { askedPort } from './probe-facts.ts';
import type { FailingProbe } from './probe-facts.ts';
import { change, probeRule, subject, toldByLog } from './probe-rule.ts';

const statusCode = probeRule({
  id: 'http-status',
  pattern: /statuscode: (\d{3})/iu,
  cause: (probe, view, match) => {
    const code = Number(match[1]);
    const path = probe.probe.httpGet?.path ?? '/';
    const port = askedPort(probe) ?? '';
    const at = `${path} on port ${port}`;
    if (code === 404 || code === 405)
      return `${subject(probe, view)} asks ${at}, which answers HTTP ${code}${code === 404 ? ' (not found: the program has no such path)' : ' (method not allowed)'}`;
    if (code === 401 || code === 403)
      return `${subject(probe, view)} asks ${at}, which wants authentication: HTTP ${code}`;
    if (code >= 300 && code < 400)
      return `${subject(probe, view)} asks ${at}, which answers with a redirect (HTTP ${code}) to another host or port`;
    if (code === 400)
      return `${subject(probe, view)} asks ${at}, which answers HTTP 400 (bad request; a TLS port asked by plain HTTP answers so, or a host that is not allowed)`;
    return undefined;
  },
  fixes: (probe, view, match) => {
    if (match[1] !== '404') return [{ summary: 'Give the probe a path that answers 200 without authentication' }];
    const path = answeredPath(probe, view);
    return [
      change(probe, view, `Ask a path that the program answers${path === undefined ? '' : `: ${path}`}`, {
        httpGet: { path: path ?? 'REPLACE_ME' },
      }),
    ];
  },
});

/** A health path that the log or another probe of the container shows to be answered. */
function answeredPath(probe: FailingProbe, view: CaseView): string | undefined {
  const own = probe.probe.httpGet?.path;
  const others = (['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((field) => field !== probe.field)
    .map((field) => probe.container[field]?.httpGet?.path);
  const known = others.find((path) => path !== undefined && path !== own);
  if (known !== undefined) return known;
  for (const line of view.logOf(probe.container.name ?? '')?.lines.slice(-200) ?? []) {
    const match = /"(?:GET|HEAD) (\/[\w./-]{1,80})[^"]{0,40}" 200\b/u.exec(line.text.slice(0, 1000));
    if (match?.[1] !== undefined && match[1] !== own && /health|ready|live|ping|status|up/iu.test(match[1]))
      return match[1];
  }
  return undefined;
}

const serverError = probeRule({
  id: 'http-server-error',
  rank: 'specific',
  pattern: /statuscode: (5\d\d)/iu,
  cause: (probe, view, match) => {
    const path = probe.probe.httpGet?.path ?? '/';
    return `${subject(probe, view)} asks ${path} on port ${askedPort(probe) ?? ''}, which answers HTTP ${match[1] ?? ''}: the program itself says that it is not ${probe.kind === 'liveness' ? 'healthy' : 'ready'}${toldByLog(probe, view)}`;
  },
  fixes: (probe) => [
    {
      summary: `See in the container's log why ${probe.probe.httpGet?.path ?? '/'} fails, often a dependency that does not answer`,
    },
  ],
});

/** What the program answers to a probe, where it answers. */
export const probeAnswerRules: readonly Rule[] = [statusCode];

/** The program says itself that it is not well: its log may know more. */
export const probeServerErrorRules: readonly Rule[] = [serverError];
