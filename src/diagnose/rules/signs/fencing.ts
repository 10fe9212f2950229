import type { Sign } from '../../logs/sign.ts';
import { short } from './common-fixes.ts';

/** Programs that end themselves on purpose, or are told to. */
export const fencingSigns: readonly Sign[] = [
  {
    id: 'process/fenced',
    rank: 'specific',
    strength: 18,
    pattern:
      /(?:peer |cluster |node |raft )?quorum (?:was |is |has been )?(?:lost|not (?:reached|met|available))[^\n]{0,100}|(?:lost|losing|no|without) (?:peer |cluster )?quorum[^\n]{0,100}|fenc(?:ing|ed) (?:this |the |our)?(?:member|node|self|instance|itself|broker|off)[^\n]{0,80}|self-fenc\w+[^\n]{0,80}|split[- ]brain[^\n]{0,100}|(?:was|been|got) fenced[^\n]{0,80}|STONITH[^\n]{0,80}/i,
    read: (hit) => ({
      cause: `The member ends itself (fencing): ${short(hit.match[0], 140)}${hit.view.exit?.code === 137 ? ', by SIGKILL (exit code 137)' : ''}`,
      fixes: [{ summary: 'Bring the other members of the cluster back, or look at the network between them' }],
      bonus: 4,
    }),
  },
  {
    id: 'process/leadership-lost',
    rank: 'specific',
    strength: 20,
    pattern:
      /leader ?election lost[^\n]{0,80}|failed to renew lease[^\n]{0,160}|lost (?:the )?(?:leader(?:ship)?|lock|lease)[^\n]{0,80}|stopped leading[^\n]{0,40}|session (?:expired|lost)[^\n]{0,60}ZooKeeper|ZooKeeper[^\n]{0,60}session (?:has )?expired/i,
    read: (hit) => ({
      cause: `The program lost its leadership and ends itself: ${short(hit.match[0], 140)}`,
      fixes: [{ summary: 'Look at the API server or store it renews its lease with, and at CPU throttling' }],
    }),
  },
  {
    id: 'process/watchdog',
    rank: 'specific',
    strength: 15,
    pattern:
      /watchdog(?: \w+){0,3} (?:timeout|timed out|expired|triggered|fired|bit|killed)[^\n]{0,100}|WORKER TIMEOUT[^\n]{0,40}|(?:heartbeat|keepalive)s? (?:lost|missed|timeout|timed out)[^\n]{0,80}|blocked for more than \d+[^\n]{0,60}/i,
    read: (hit) => ({
      cause: `A watchdog ends the program: ${short(hit.match[0], 140)} (timeout)`,
      fixes: [{ summary: 'Find what blocks the worker, or give it more time' }],
    }),
  },
  {
    id: 'process/worker-failed',
    rank: 'general',
    strength: 6,
    pattern: /Worker failed to boot|Haltin?g?: |HaltServer|Shutting down: (?:Master|Worker)/,
    read: (hit) => ({
      cause: `The server stops because its workers fail to boot (${short(hit.match[0])})`,
      confidence: 'low',
    }),
  },
];
