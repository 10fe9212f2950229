import { kubectl } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { admissionRule } from './admission-message.ts';
import { podSecurityFixes } from './pod-security.ts';
import { specPatch } from './proposed-commands.ts';
import { quotaRules } from './quota.ts';

const podSecurity = admissionRule({
  id: 'pod-security',
  pattern: /violates PodSecurity "([a-z]{1,20}):?([\w.]{0,20})": ([^\n]{1,1500})/u,
  say: (match, view, who) => {
    const [, level = '', , violations = ''] = match;
    const list = violations.split(/, (?=[a-z][\w ]{0,40}(?: !=| \(|s? \())/u).map((one) => one.slice(0, 160));
    return {
      rootCause: `Namespace ${view.namespace} enforces the Pod Security standard ${level} (violates PodSecurity "${level}"), and the pods of ${who} break it: ${list.slice(0, 6).join(', ')}.`,
      confidence: 'high',
      fixes: podSecurityFixes(view, level, violations),
    };
  },
});

const serviceAccount = admissionRule({
  id: 'service-account-missing',
  pattern:
    /error looking up service account (?:([^\s/]{1,63})\/)?([^\s:]{1,253}): serviceaccount "[^"]{1,253}" not found|serviceaccounts? "([^"]{1,253})" not found/u,
  say: (match, view, who) => {
    const name = match[2] ?? match[3] ?? '';
    return {
      rootCause: `ServiceAccount ${name} does not exist in namespace ${view.namespace} (serviceaccount not found), so ${who} cannot create its pods.`,
      confidence: 'high',
      fixes: [
        {
          summary: `Create the ServiceAccount ${name}`,
          command: kubectl(view.namespace, 'create', 'serviceaccount', name),
        },
        {
          summary: 'Or use the default one, if the pods need no rights of their own',
          command: kubectl(
            view.namespace,
            'set',
            'serviceaccount',
            `${view.target.kind.toLowerCase()}/${view.target.name}`,
            'default',
          ),
        },
      ],
    };
  },
});

const priorityClass = admissionRule({
  id: 'priority-class-missing',
  pattern: /no PriorityClass with name ([^\s]{1,253}) was found/u,
  say: (match, view, who) => ({
    rootCause: `PriorityClass ${match[1] ?? ''} does not exist (no PriorityClass with that name was found), so the pods of ${who} are refused.`,
    confidence: 'high',
    fixes: [
      specPatch(view, 'Remove priorityClassName from the pod template', { priorityClassName: null }),
      {
        summary: `Or create the PriorityClass ${match[1] ?? ''}`,
        command: kubectl(undefined, 'create', 'priorityclass', match[1] ?? '', '--value=REPLACE_ME'),
      },
    ],
  }),
});

const webhookFails = admissionRule({
  id: 'webhook-unreachable',
  pattern:
    /failed calling webhook "([^"]{1,253})":[^\n]{0,60}?(?:failed to call webhook: )?(?:Post "https?:\/\/([^"/\s?:]{1,253})(?::(\d+))?[^"]{0,200}": )?([^\n]{1,300})/u,
  say: (match, _view, who) => {
    const [, webhook = '', service, port, error = ''] = match;
    return {
      rootCause: `The admission webhook ${webhook} cannot be called${service === undefined ? '' : ` at ${service}${port === undefined ? '' : `:${port}`}`}: ${error.replace(/"$/u, '').trim().slice(0, 200)}; failurePolicy Fail refuses the pods of ${who} meanwhile (failed calling webhook).`,
      confidence: 'high',
      fixes: webhookFixes(service, error),
      ...serviceRef(service),
    };
  },
});

function serviceRef(host: string | undefined) {
  const [name, namespace, svc] = (host ?? '').split('.');
  return svc === 'svc' && name && namespace ? { causedBy: { kind: 'Service', name, namespace } } : {};
}

function webhookFixes(host: string | undefined, error: string): ProposedFix[] {
  const { causedBy: service } = serviceRef(host);
  const what = error.includes('x509')
    ? "Renew the webhook's certificate and its caBundle"
    : "Bring the webhook's pods back";
  return [
    { summary: what, ...(service && { command: kubectl(service.namespace, 'get', 'pods', '-o', 'wide') }) },
    {
      summary:
        'If the webhook is gone for good, remove its webhook configuration (kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations)',
    },
  ];
}

const kyverno = admissionRule({
  id: 'kyverno',
  pattern:
    /admission webhook "([^"]{0,100}kyverno[^"]{0,100})" denied the request:?\s{0,20}(?:[^\n]{0,20}\n){0,3}(?:(?:policy|resource) [^\n]{0,300}?(?:blocked due to|was blocked)[^\n]{0,100})?\s{0,20}([\s\S]{1,1200})/u,
  say: (match, view, who) => {
    const text = (match[2] ?? '').replace(/\s+/gu, ' ').trim();
    const named = /^([\w-]{1,253}): ?([\w-]{1,253}): ?'?([\s\S]{1,600})/u.exec(text);
    const policy = named === null ? '' : ` ${named[1] ?? ''} (rule ${named[2] ?? ''})`;
    return {
      rootCause: `The Kyverno policy${policy} denies the pods of ${who} (admission webhook denied the request): ${(named?.[3] ?? text).replace(/'$/u, '').slice(0, 400)}`,
      confidence: 'high',
      fixes: policyFixes(view, 'Kyverno policy'),
    };
  },
});

const gatekeeper = admissionRule({
  id: 'gatekeeper',
  pattern:
    /admission webhook "([^"]{0,100}gatekeeper[^"]{0,100})" denied the request: (?:\[([\w.-]{1,253})\] ?)?([^\n]{1,500})/u,
  say: (match, view, who) => ({
    rootCause: `The Gatekeeper constraint ${match[2] ?? ''} denies the pods of ${who} (admission webhook denied the request): ${match[3] ?? ''}`,
    confidence: 'high',
    fixes: policyFixes(view, 'Gatekeeper constraint'),
  }),
});

const webhookDenies = admissionRule({
  id: 'webhook-denied',
  pattern: /admission webhook "([^"]{1,253})" denied the request(?: without explanation)?:?\s?([\s\S]{0,600})/u,
  say: (match, view, who) => ({
    rootCause: `The admission webhook ${match[1] ?? ''} denied the pods of ${who}: ${(match[2] ?? '').replace(/\s+/gu, ' ').trim().slice(0, 400) || 'without explanation'}`,
    confidence: 'high',
    fixes: policyFixes(view, 'policy behind the webhook'),
  }),
});

const admissionPolicy = admissionRule({
  id: 'validating-admission-policy',
  pattern: /ValidatingAdmissionPolicy '([^']{1,253})' with binding '([^']{1,253})' denied request: ([\s\S]{1,600})/u,
  say: (match, view, who) => ({
    rootCause: `The ValidatingAdmissionPolicy ${match[1] ?? ''} (binding ${match[2] ?? ''}) denied the pods of ${who}: ${(match[3] ?? '').replace(/\s+/gu, ' ').trim()}`,
    confidence: 'high',
    fixes: policyFixes(view, 'ValidatingAdmissionPolicy'),
  }),
});

function policyFixes(view: CaseView, policy: string): ProposedFix[] {
  return [
    { summary: `Change the pod template of ${view.target.kind} ${view.target.name} so that it meets the policy` },
    { summary: `Or exempt the namespace ${view.namespace} or the workload in the ${policy}, if that is right` },
  ];
}

const terminating = admissionRule({
  id: 'namespace-terminating',
  pattern: /unable to create new content in namespace (\S{1,63}) because it is being terminated/u,
  say: (match, _view, who) => ({
    rootCause: `Namespace ${match[1] ?? ''} is being deleted (terminated), so ${who} can create no pods in it.`,
    confidence: 'high',
    fixes: [{ summary: 'Nothing to do if the deletion is meant; else deploy to another namespace' }],
  }),
});

const runtimeClass = admissionRule({
  id: 'runtime-class-missing',
  pattern: /RuntimeClass(?:\.node\.k8s\.io)? "([^"]{1,253})" not found/u,
  say: (match, view, who) => ({
    rootCause: `RuntimeClass ${match[1] ?? ''} does not exist (not found), so the pods of ${who} are refused.`,
    confidence: 'high',
    fixes: [
      specPatch(view, 'Remove runtimeClassName from the pod template', { runtimeClassName: null }),
      { summary: `Or create the RuntimeClass ${match[1] ?? ''}` },
    ],
  }),
});

const constraints = admissionRule({
  id: 'security-context-constraints',
  pattern:
    /unable to validate against any (?:security context constraint|pod security policy): ([^\n]{1,800})|PodSecurityPolicy: unable to admit pod: ([^\n]{1,400})/u,
  say: (match, view, who) => ({
    rootCause: `No security context constraint (or PodSecurityPolicy) that the ServiceAccount ${view.podSpec?.serviceAccountName ?? 'default'} may use admits the pods of ${who}: ${(match[1] ?? match[2] ?? '').slice(0, 300)}`,
    confidence: 'high',
    fixes: [
      { summary: 'Change the securityContext in the pod template, or grant the ServiceAccount a fitting constraint' },
    ],
  }),
});

const invalid = admissionRule({
  id: 'invalid-pod',
  rank: 'exact',
  pattern: /(?:Pod|Job\.batch|PersistentVolumeClaim) "[^"]{1,253}" is invalid: ([^\n]{1,600})/u,
  say: (match, view, who) => ({
    rootCause: `The pod template of ${who} makes an invalid object: ${match[1] ?? ''}`,
    confidence: 'high',
    fixes: [{ summary: `Correct that field in ${view.target.kind} ${view.target.name}` }],
  }),
});

const rights = admissionRule({
  id: 'controller-forbidden',
  rank: 'specific',
  pattern: /User "(system:serviceaccount:[^"]{1,200})" cannot ([\w ]{1,40} resource "[^"]{1,100}")[^\n]{0,200}/u,
  say: (match, _view, who) => ({
    rootCause: `The controller ${match[1] ?? ''} lacks the right to ${match[2] ?? ''} (forbidden by RBAC), so ${who} gets no pods.`,
    confidence: 'high',
    fixes: [{ summary: "Restore the controller's ClusterRole and binding" }],
  }),
});

const other = admissionRule({
  id: 'create-refused',
  rank: 'general',
  pattern:
    /(?:Error creating|[Cc]reate \w+ \S{1,253} (?:in|for) [^\n]{1,300}? failed error): ([^\n]{4,600})|((?:pods|jobs)[^\n]{0,300} is forbidden: [^\n]{4,400})/u,
  say: (match, _view, who) => ({
    rootCause: `${who} cannot create its pods: ${(match[1] ?? match[2] ?? '').replace(/^pods "[^"]{1,253}" is /u, '').slice(0, 400)}`,
    confidence: 'medium',
    fixes: [],
  }),
});

/** Why the API server refuses the pods of a controller. */
export const admissionRules: readonly Rule[] = [
  ...quotaRules,
  podSecurity,
  serviceAccount,
  priorityClass,
  webhookFails,
  kyverno,
  gatekeeper,
  admissionPolicy,
  webhookDenies,
  terminating,
  runtimeClass,
  constraints,
  invalid,
  rights,
  other,
];
