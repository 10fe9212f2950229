import { kubectl } from '../kubectl.ts';
import type { Rule } from '../rule.ts';
import { consequence, volumeRule } from './volume-message.ts';

/** What CSI drivers and the machinery around them say. */
export const storageDriverRules: readonly Rule[] = [
  volumeRule({
    id: 'driver-not-registered',
    rank: 'object',
    pattern:
      /driver name (\S{1,253}) not found in the list of registered CSI drivers|CSINode \S{1,253} does not contain driver (\S{1,253})|no volume plugin matched|CSI driver (\S{1,253}) not found|not supported by driver (\S{1,253}) \(no CSIDriver object\)/u,
    say: (match, view, volume) => {
      const driver = match[1] ?? match[2] ?? match[3] ?? match[4];
      const node = view.pod?.spec?.nodeName ?? '';
      return {
        rootCause: `The CSI driver ${driver ?? ''} that ${volume} needs is not registered on node ${node} (not found in the list of registered CSI drivers), ${consequence(view)}.`,
        confidence: 'high',
        fixes: [
          {
            summary: `Install the CSI driver ${driver ?? ''} (its node DaemonSet) on node ${node}, or bring its pod there back`,
          },
          { summary: 'See which drivers are registered', command: kubectl(undefined, 'get', 'csidrivers') },
        ],
      };
    },
  }),
  volumeRule({
    id: 'secrets-store',
    rank: 'object',
    pattern:
      /SecretProviderClass(?:\.secrets-store\.csi\.x-k8s\.io)? "([^"]{1,253})" not found|failed to get secretproviderclass \S{1,63}\/(\S{1,253}?),/iu,
    say: (match, view, volume) => ({
      rootCause: `SecretProviderClass ${match[1] ?? match[2] ?? ''} does not exist (not found), which ${volume} needs, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        {
          summary: `Create the SecretProviderClass ${match[1] ?? match[2] ?? ''} in namespace ${view.namespace}, or correct its name`,
        },
      ],
    }),
  }),
  volumeRule({
    id: 'secrets-store-denied',
    pattern:
      /failed to mount secrets store objects[^\n]{0,600}?(SecretNotFound|ResourceNotFoundException|AccessDenied\w*|Forbidden|403|permission denied|not found|Unauthorized|401)/u,
    say: (match, view, volume) => ({
      rootCause: `The secrets store does not hand out what ${volume} asks for: ${match[1] ?? ''} (secrets-store CSI driver), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        {
          summary:
            "Check the names in the SecretProviderClass, and the rights of the pod's identity in the external store",
        },
      ],
    }),
  }),
  volumeRule({
    id: 'cloud-denied',
    pattern:
      /(UnauthorizedOperation|AccessDenied\w*|AuthorizationFailed|PermissionDenied|is not authorized to perform: ?\S{0,80}|Required '[^']{1,80}' permission)/u,
    say: (match, view, volume) => ({
      rootCause: `The storage driver may not attach or mount ${volume}: permission denied by the cloud (${match[1] ?? ''}), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [{ summary: "Give the CSI controller's cloud identity the missing right" }],
    }),
  }),
  volumeRule({
    id: 'volume-gone',
    rank: 'object',
    pattern:
      /InvalidVolume\.NotFound(?:: The volume '([^']{1,120})')?|volume (?:ID )?"?([\w-]{1,120})"? (?:not found|does not exist)|disk \S{1,200} (?:was )?not found|code = NotFound desc = ([^\n]{1,200})/iu,
    say: (match, view, volume) => ({
      rootCause: `The disk behind ${volume} does not exist any more: ${match[1] ?? match[2] ?? match[3] ?? match[0]} not found, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [{ summary: 'Restore the disk from a snapshot, or give the workload a new claim' }],
    }),
  }),
  volumeRule({
    id: 'attach-limit',
    pattern:
      /AttachVolumeLimitExceeded|attachment limit|maximum number of (?:volumes|disks)|VolumeLimitExceeded|too many volumes/iu,
    say: (_match, view, volume) => ({
      rootCause: `Node ${view.pod?.spec?.nodeName ?? ''} has as many disks attached as it can take, so ${volume} cannot be attached (attachment limit), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [{ summary: 'Add a node, or use a larger kind of machine' }],
    }),
  }),
  volumeRule({
    id: 'wrong-zone',
    pattern:
      /InvalidVolume\.ZoneMismatch|different (?:availability )?zone|zone mismatch|not in the same (?:availability )?zone/iu,
    say: (_match, view, volume) => ({
      rootCause: `The disk of ${volume} is in another availability zone than node ${view.pod?.spec?.nodeName ?? ''}, so it cannot be attached, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        {
          summary: 'Use a StorageClass with volumeBindingMode WaitForFirstConsumer, and a node in the zone of the disk',
        },
      ],
    }),
  }),
  volumeRule({
    id: 'attacher-silent',
    rank: 'specific',
    pattern:
      /timed out waiting for external-attacher of (\S{1,253}) CSI driver|volume attachment is being deleted|attachment timeout for volume/u,
    say: (match, view, volume) => ({
      rootCause: `The CSI driver ${match[1] ?? ''} does not attach ${volume} in time (timed out waiting for its external-attacher): its controller does not run or cannot, ${consequence(view)}.`,
      confidence: 'medium',
      fixes: [
        { summary: 'Look at the pods of the CSI driver controller' },
        { summary: 'See the attachments', command: kubectl(undefined, 'get', 'volumeattachments') },
      ],
    }),
  }),
  volumeRule({
    id: 'no-space',
    pattern: /no space left on device|disk quota exceeded/u,
    say: (match, view, volume) => ({
      rootCause: `Node ${view.pod?.spec?.nodeName ?? ''} cannot set up ${volume}: ${match[0]}, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [{ summary: 'Free space on the node, or enlarge its disk' }],
    }),
  }),
];
