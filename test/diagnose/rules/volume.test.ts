import { describe, expect, test } from '@jest/globals';
import type { KubeVolume } from '../../../src/model/kube-objects.ts';
import { explain } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

function mount(
  message: string,
  volume: KubeVolume = { name: 'data' },
  more: Partial<KubeCase> = {},
  reason = 'FailedMount',
) {
  return explain({
    kind: 'VolumeMount',
    spec: {
      containers: [{ name: 'web', image: 'a', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', ...volume }],
    },
    waiting: { reason: 'ContainerCreating', message: '' },
    events: [{ reason, message }],
    message,
    ...more,
  });
}

const setUp = 'MountVolume.SetUp failed for volume "data" : ';

describe('volumes from objects', () => {
  test('a Secret that is missing', () => {
    const answer = mount(`${setUp}secret "tls" not found`, {
      secret: { secretName: 'tls', items: [{ key: 'tls.crt', path: 'a' }] },
    });
    expect(answer.rule).toBe('volume/missing-object');
    expect(answer.text).toContain('Secret tls does not exist');
    expect(answer.text).toContain('volume data');
    expect(answer.fixes[0]?.command).toBe(
      'kubectl -n test create secret generic tls --from-literal=tls.crt=REPLACE_ME',
    );
  });

  test('a key of a Secret that is missing', () => {
    const answer = mount(`${setUp}references non-existent secret key: tls.key`, { secret: { secretName: 'tls' } });
    expect(answer.rule).toBe('volume/missing-key');
    expect(answer.text).toContain('Secret tls has no key tls.key');
  });

  test('a key in a projected volume', () => {
    const projected = {
      sources: [
        { configMap: { name: 'other' } },
        { configMap: { name: 'app', items: [{ key: 'a.yaml', path: 'x' }] } },
      ],
    };
    const answer = mount(`${setUp}configmap references non-existent config key: a.yaml`, { projected });
    expect(answer.text).toContain('ConfigMap app has no key a.yaml');
  });

  test('a ServiceAccount whose token cannot be fetched: a command that holds', () => {
    const answer = mount(
      'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to fetch token: serviceaccounts "robot" not found',
    );
    expect(answer.rule).toBe('volume/service-account-token');
    expect(answer.commands).toEqual(['kubectl -n test create serviceaccount robot']);
  });
});

describe('volumes of nodes and drivers', () => {
  test.each<[string, string, KubeVolume, readonly string[]]>([
    [
      'host-path-type',
      `${setUp}hostPath type check failed: /var/lib/app is not a directory`,
      { hostPath: { path: '/var/lib/app', type: 'Directory' } },
      ['/var/lib/app', 'is not a directory', 'node-1'],
    ],
    [
      'local-path-missing',
      'MountVolume.NewMounter initialization failed for volume "pv-local" : path "/mnt/disks/a" does not exist',
      {},
      ['/mnt/disks/a', 'does not exist'],
    ],
    [
      'driver-not-registered',
      'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers',
      {},
      ['ebs.csi.aws.com', 'not registered'],
    ],
    [
      'driver-not-registered',
      'AttachVolume.Attach failed for volume "pvc-1" : CSINode node-1 does not contain driver disk.csi.azure.com',
      {},
      ['disk.csi.azure.com'],
    ],
    [
      'multi-attach',
      'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
      {},
      ['already attached', 'Multi-Attach'],
    ],
    [
      'multi-attach',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) shop-old',
      {},
      ['shop-old'],
    ],
    [
      'network-storage',
      `${setUp}mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.0.0.9:/export /var/lib/kubelet/x\nOutput: mount.nfs: Connection refused`,
      { nfs: { server: '10.0.0.9', path: '/export' } },
      ['10.0.0.9:/export', 'Connection refused'],
    ],
    [
      'network-storage',
      `${setUp}mount failed: exit status 32\nOutput: mount.nfs: access denied by server while mounting 10.0.0.9:/export`,
      { nfs: { server: '10.0.0.9', path: '/export' } },
      ['access denied by server'],
    ],
    [
      'network-storage',
      `${setUp}mount failed: exit status 32\nOutput: mount.nfs: mounting 10.0.0.9:/nope failed, reason given by server: No such file or directory`,
      { nfs: { server: '10.0.0.9', path: '/nope' } },
      ['No such file or directory', '/nope'],
    ],
    [
      'mount-helper-missing',
      `${setUp}mount failed: exit status 32\nOutput: mount: /x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.`,
      {},
      ['node-1', 'helper program'],
    ],
    [
      'bad-filesystem',
      'MountVolume.MountDevice failed for volume "pvc-1" : mount failed: exit status 32\nOutput: mount: /x: wrong fs type, bad option, bad superblock on /dev/sdb',
      {},
      ['bad superblock'],
    ],
    [
      'secrets-store',
      `${setUp}rpc error: code = Unknown desc = failed to get secretproviderclass test/vault-db, error: SecretProviderClass.secrets-store.csi.x-k8s.io "vault-db" not found`,
      {},
      ['vault-db', 'does not exist'],
    ],
    [
      'secrets-store-denied',
      `${setUp}rpc error: code = Unknown desc = failed to mount secrets store objects for pod test/shop-1, err: rpc error: code = Unknown desc = failed to mount objects, error: keyvault.BaseClient#GetSecret: StatusCode=404 -- Original Error: Code="SecretNotFound"`,
      {},
      ['SecretNotFound'],
    ],
    [
      'cloud-denied',
      'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = Could not attach volume "vol-1": UnauthorizedOperation: You are not authorized to perform this operation.',
      {},
      ['UnauthorizedOperation'],
    ],
    [
      'volume-gone',
      'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = InvalidVolume.NotFound: The volume \'vol-0a1\' does not exist.',
      {},
      ['vol-0a1'],
    ],
    [
      'attach-limit',
      'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = AttachVolumeLimitExceeded: attachment limit',
      {},
      ['node-1', 'limit'],
    ],
    [
      'attacher-silent',
      'AttachVolume.Attach failed for volume "pvc-1" : timed out waiting for external-attacher of csi.vsphere.vmware.com CSI driver to attach volume abc',
      {},
      ['csi.vsphere.vmware.com', 'timed out'],
    ],
    [
      'object-not-synced',
      `${setUp}failed to sync secret cache: timed out waiting for the condition`,
      { secret: { secretName: 'tls' } },
      ['Secret tls', 'timed out'],
    ],
    ['mount-fails', `${setUp}rpc error: code = Internal desc = something odd`, {}, ['something odd']],
    [
      'mount-times-out',
      'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition',
      { configMap: { name: 'app' } },
      ['ConfigMap app', 'timed out'],
    ],
  ])('%s: %s', (rule, message, volume, words) => {
    const reason =
      message.startsWith('AttachVolume') || message.startsWith('Multi-Attach') ? 'FailedAttachVolume' : 'FailedMount';
    const answer = mount(message, volume, {}, reason);
    expect(answer.rule).toBe(`volume/${rule}`);
    for (const word of words) expect(answer.text).toContain(word);
  });

  test('a particular message is preferred to the timeout that follows it', () => {
    const answer = mount(
      '',
      { configMap: { name: 'app' } },
      {
        message: '',
        events: [
          { reason: 'FailedMount', message: `${setUp}configmap "app" not found` },
          {
            reason: 'FailedMount',
            message:
              'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[]: timed out waiting for the condition',
          },
        ],
      },
    );
    expect(answer.rule).toBe('volume/missing-object');
  });

  test('a volume that one node holds: the rollout is told to let go first', () => {
    const answer = mount(
      'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node',
      {},
      {
        ownerSpec: { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } as never,
      },
      'FailedAttachVolume',
    );
    expect(answer.commands).toEqual([
      `kubectl -n test patch deployment/shop -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`,
    ]);
  });
});

describe('pod sandboxes', () => {
  const failed = 'Failed to create pod sandbox: rpc error: code = Unknown desc = ';
  test.each([
    [
      'image-missing',
      `${failed}failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": dial tcp: lookup registry.k8s.io: no such host`,
      ['registry.k8s.io/pause:3.10', 'sandbox', 'no such host'],
    ],
    [
      'image-missing',
      `${failed}failed to start sandbox "abc": failed to get sandbox image "registry.k8s.io/pause:3.10": not found`,
      ['pause:3.10'],
    ],
    [
      'memory-limit-too-low',
      `${failed}failed to start sandbox task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown`,
      ['3Mi', 'OOM'],
    ],
    [
      'no-addresses',
      `${failed}failed to setup network for sandbox "abc": plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.244.0.1-10.244.0.254`,
      ['no IP addresses available'],
    ],
    [
      'no-addresses',
      `${failed}failed to setup network for sandbox "abc": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container`,
      ['IP address'],
    ],
    [
      'network-not-ready',
      `${failed}failed to setup network for sandbox "abc": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory`,
      ['/run/flannel/subnet.env'],
    ],
    [
      'plugin-missing',
      `${failed}failed to setup network for sandbox "abc": failed to find plugin "loopback" in path [/opt/cni/bin]`,
      ['loopback', '/opt/cni/bin'],
    ],
    ['runtime-class', `${failed}failed to get sandbox runtime: no runtime for "gvisor" is configured`, ['gvisor']],
    [
      'network-plugin',
      `${failed}failed to setup network for sandbox "abc": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized`,
      ['calico', 'unauthorized'],
    ],
    [
      'node-exhausted',
      `${failed}failed to create containerd task: mkdir /run/containerd/x: no space left on device`,
      ['no space left on device', 'node-1'],
    ],
    [
      'runtime-hangs',
      'Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      ['in time'],
    ],
    ['fails', `${failed}strange words`, ['strange words']],
  ])('%s: %s', (rule, message, words) => {
    const answer = mount(
      message,
      {},
      { container: { resources: { limits: { memory: '3Mi' } } }, spec: {} },
      'FailedCreatePodSandBox',
    );
    expect(answer.rule).toBe(`sandbox/${rule}`);
    for (const word of words) expect(answer.text).toContain(word);
  });

  test('a node whose network is not there yet', () => {
    const message =
      'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    const answer = mount(message, {}, {}, 'NetworkNotReady');
    expect(answer.rule).toBe('sandbox/network-not-ready');
  });

  test('without any event nothing is claimed: the words of the failure are only what may be late', () => {
    const message = 'no container was started: a volume is not mounted or the sandbox cannot be made';
    const answer = explain({ kind: 'VolumeMount', message });
    expect(answer).toMatchObject({ confidence: 'unknown' });
    expect(answer.rule).toBeUndefined();
  });
});
