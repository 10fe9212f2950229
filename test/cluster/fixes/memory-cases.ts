import type { FixCase } from './fix-case.ts';
import { hasPhase, restarts } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Real kills for memory: the limit that is suggested must suffice. */
export function memoryCases({ namespace, container, workload, cronJob, idle }: Builders): FixCase[] {
  const takes = (mebibytes: number): string =>
    `dd if=/dev/zero of=/dev/null bs=${mebibytes}M count=1 || exit 1; ${idle}`;
  const limited = (memory: string): object => ({ resources: { limits: { memory } } });
  return [
    {
      name: 'hungry',
      namespace,
      objects: [workload('Deployment', 'hungry', { containers: [container('app', takes(48), limited('32Mi'))] })],
      fails: restarts,
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 32Mi/, /OOMKilled/],
      command: /^kubectl -n \S+ set resources deployment\/hungry -c app --limits=memory=64Mi$/,
    },
    {
      name: 'big-heap',
      namespace,
      objects: [
        workload('Deployment', 'big-heap', {
          containers: [
            container('app', takes(110), {
              ...limited('48Mi'),
              env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xms64m -Xmx96m' }],
            }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 48Mi/, /-Xmx96m/],
      command: /^kubectl -n \S+ set resources deployment\/big-heap -c app --limits=memory=\d+Mi$/,
    },
    {
      name: 'nightly',
      namespace,
      objects: [
        cronJob('nightly', {
          containers: [container('report', 'dd if=/dev/zero of=/dev/null bs=40M count=1', limited('24Mi'))],
        }),
      ],
      fails: hasPhase('Failed'),
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 24Mi/],
      command: /^kubectl -n \S+ set resources cronjob\/nightly -c report --limits=memory=64Mi$/,
      heals: hasPhase('Succeeded'),
    },
  ];
}
