import { describe, expect, test } from '@jest/globals';
import { explain } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

function refused(reason: string, more: Partial<KubeCase> = {}) {
  const message = `Error creating: ${reason}`;
  return explain({
    kind: 'CreateFailed',
    noPod: true,
    message,
    events: [{ reason: 'FailedCreate', message }],
    cluster: [
      { kind: 'Namespace', metadata: { name: 'test', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
    ],
    ...more,
  });
}

const forbidden = 'pods "shop-1" is forbidden: ';

describe('quotas', () => {
  const quota = {
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'test' },
    spec: { hard: { 'requests.memory': '1Gi' } },
  };

  test('what is used, asked for and allowed; how far to raise it', () => {
    const answer = refused(
      `${forbidden}exceeded quota: team, requested: requests.memory=512Mi, used: requests.memory=768Mi, limited: requests.memory=1Gi`,
      { cluster: [quota], ownerSpec: { replicas: 3 }, ownerStatus: { replicas: 1 } },
    );
    expect(answer.rule).toBe('admission/quota-exceeded');
    expect(answer.text).toContain('team');
    expect(answer.text).toContain('768Mi used + 512Mi requested > 1Gi');
    expect(answer.commands).toEqual([
      'kubectl -n test scale deployment/shop --replicas=1',
      `kubectl -n test patch resourcequota/team -p '{"spec":{"hard":{"requests.memory":"1.8Gi"}}}'`,
    ]);
  });

  test.each([
    `${forbidden}failed quota: team: must specify limits.cpu for: web; limits.memory for: web`,
    `${forbidden}failed quota: team: must specify limits.cpu,limits.memory`,
  ])('a quota that wants limits: %s', (reason) => {
    const answer = refused(reason, { cluster: [quota] });
    expect(answer.rule).toBe('admission/quota-must-specify');
    expect(answer.text).toContain('limits.cpu, limits.memory');
    expect(answer.commands).toEqual([
      'kubectl -n test set resources deployment/shop -c web --limits=cpu=100m,memory=128Mi',
    ]);
  });
});

describe('limit ranges', () => {
  const range = {
    kind: 'LimitRange',
    metadata: { name: 'bounds' },
    spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '64Mi' } }] },
  };

  test('a maximum', () => {
    const answer = refused(`${forbidden}maximum cpu usage per Container is 1, but limit is 4`, {
      cluster: [range],
      container: { resources: { limits: { cpu: '4' }, requests: { cpu: '2' } } },
    });
    expect(answer.rule).toBe('admission/limit-range');
    expect(answer.text).toContain('LimitRange bounds');
    expect(answer.text).toContain('limit of 4');
    expect(answer.commands).toEqual([
      'kubectl -n test set resources deployment/shop -c web --limits=cpu=1 --requests=cpu=1',
    ]);
  });

  test('a minimum', () => {
    const answer = refused(`${forbidden}minimum memory usage per Container is 64Mi, but request is 16Mi`, {
      cluster: [range],
      container: { resources: { requests: { memory: '16Mi' } } },
    });
    expect(answer.text).toContain('no less than (minimum) 64Mi memory');
    expect(answer.commands).toEqual(['kubectl -n test set resources deployment/shop -c web --requests=memory=64Mi']);
  });

  test('a ratio', () => {
    const answer = refused(
      `${forbidden}cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000`,
    );
    expect(answer.text).toContain('ratio');
  });
});

describe('policies', () => {
  test('Pod Security: every violation, and one patch that answers them', () => {
    const answer = refused(
      `${forbidden}violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
    );
    expect(answer.rule).toBe('admission/pod-security');
    expect(answer.text).toContain('restricted');
    expect(answer.text).toContain('allowPrivilegeEscalation');
    expect(answer.text).toContain('seccompProfile');
    expect(answer.commands[0]).toContain(
      '"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}',
    );
    expect(answer.commands[0]).toContain('"runAsNonRoot":true');
    expect(answer.commands[1]).toBe(
      'kubectl label namespace test pod-security.kubernetes.io/enforce=baseline --overwrite',
    );
  });

  test('Pod Security: what a patch cannot mend is told', () => {
    const answer = refused(
      `${forbidden}violates PodSecurity "baseline:v1.30": hostPath volumes (volume "host"), privileged (container "web" must not set securityContext.privileged=true)`,
    );
    expect(answer.text).toContain('hostPath volumes');
    expect(answer.commands[0]).toContain('"privileged":false');
    expect(answer.fixes.some((fix) => fix.summary.includes('hostPath volumes'))).toBe(true);
  });

  test.each([
    [
      'kyverno',
      'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/test/shop-1 was blocked due to the following policies \n\nrequire-labels:\n  check-team: \'validation error: the label team is required. rule check-team failed at path /metadata/labels/team/\'\n',
      ['require-labels', 'check-team', 'label team is required'],
    ],
    [
      'gatekeeper',
      'admission webhook "validation.gatekeeper.sh" denied the request: [repo-is-allowed] container <web> has an invalid image repo <example/shop:1>',
      ['repo-is-allowed', 'invalid image repo'],
    ],
    [
      'webhook-denied',
      'admission webhook "pods.acme.example" denied the request: images must be signed',
      ['pods.acme.example', 'images must be signed'],
    ],
    [
      'validating-admission-policy',
      `${forbidden}ValidatingAdmissionPolicy 'max-replicas' with binding 'max-replicas-prod' denied request: failed expression: object.spec.replicas <= 5`,
      ['max-replicas', 'failed expression'],
    ],
    [
      'webhook-unreachable',
      'Internal error occurred: failed calling webhook "mutate.acme.example": failed to call webhook: Post "https://injector.mesh.svc:443/inject?timeout=10s": dial tcp 10.96.1.2:443: connect: connection refused',
      ['mutate.acme.example', 'injector.mesh.svc:443', 'connection refused'],
    ],
    [
      'webhook-unreachable',
      'Internal error occurred: failed calling webhook "mutate.acme.example": failed to call webhook: Post "https://injector.mesh.svc:443/inject?timeout=10s": no endpoints available for service "injector"',
      ['no endpoints available'],
    ],
    [
      'webhook-unreachable',
      'Internal error occurred: failed calling webhook "mutate.acme.example": failed to call webhook: Post "https://injector.mesh.svc:443/inject?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ['x509'],
    ],
    [
      'service-account-missing',
      `${forbidden}error looking up service account test/robot: serviceaccount "robot" not found`,
      ['ServiceAccount robot does not exist'],
    ],
    [
      'priority-class-missing',
      `${forbidden}no PriorityClass with name gold was found`,
      ['PriorityClass gold does not exist'],
    ],
    [
      'namespace-terminating',
      `${forbidden}unable to create new content in namespace test because it is being terminated`,
      ['Namespace test is being deleted'],
    ],
    [
      'runtime-class-missing',
      'pods "shop-1" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
      ['RuntimeClass gvisor'],
    ],
    [
      'security-context-constraints',
      `${forbidden}unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount]`,
      ['security context constraint'],
    ],
    ['invalid-pod', 'Pod "shop-1" is invalid: spec.containers[0].image: Required value', ['spec.containers[0].image']],
    [
      'controller-forbidden',
      'pods is forbidden: User "system:serviceaccount:kube-system:replicaset-controller" cannot create resource "pods" in API group "" in the namespace "test"',
      ['replicaset-controller', 'RBAC'],
    ],
    ['create-refused', `${forbidden}for a reason that nobody knows`, ['for a reason that nobody knows']],
  ])('%s: %s', (rule, reason, words) => {
    const answer = refused(reason);
    expect(answer.rule).toBe(`admission/${rule}`);
    for (const word of words) expect(answer.text).toContain(word);
  });

  test('a ServiceAccount can be created by a command that holds', () => {
    const answer = refused(
      `${forbidden}error looking up service account test/robot: serviceaccount "robot" not found`,
      {
        spec: { containers: [{ name: 'web', image: 'a' }], serviceAccountName: 'robot' },
      },
    );
    expect(answer.commands).toEqual([
      'kubectl -n test create serviceaccount robot',
      'kubectl -n test set serviceaccount deployment/shop default',
    ]);
  });

  test('a StatefulSet says it in other words', () => {
    const answer = explain({
      kind: 'CreateFailed',
      workload: 'StatefulSet',
      noPod: true,
      events: [
        {
          reason: 'FailedCreate',
          message:
            'create Pod shop-0 in StatefulSet shop failed error: pods "shop-0" is forbidden: no PriorityClass with name gold was found',
        },
      ],
      spec: { containers: [{ name: 'web', image: 'a' }], priorityClassName: 'gold' },
    });
    expect(answer.rule).toBe('admission/priority-class-missing');
    expect(answer.commands).toEqual([
      `kubectl -n test patch statefulset/shop -p '{"spec":{"template":{"spec":{"priorityClassName":null}}}}'`,
    ]);
  });
});

describe('limits that are not stated', () => {
  test('a minimum without a request', () => {
    const answer = refused(`${forbidden}minimum cpu usage per Container is 100m.  No request is specified`);
    expect(answer.rule).toBe('admission/limit-range');
    expect(answer.text).toContain('no request is specified');
    expect(answer.commands).toEqual(['kubectl -n test set resources deployment/shop -c web --requests=cpu=100m']);
  });
});
