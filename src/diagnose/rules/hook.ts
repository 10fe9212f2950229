import type { KubeHandler } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { containerPatch } from './proposed-commands.ts';
import { containerWords, eventMessages, messageRule } from './message-rule.ts';
import { safeValue } from '../safe-value.ts';

function hookWords(handler: KubeHandler | undefined): string {
  if (handler?.httpGet) return `GET ${handler.httpGet.path ?? '/'} on port ${handler.httpGet.port ?? ''}`;
  const command = (handler?.exec?.command ?? []).map((word) => safeValue('', word) ?? '…').join(' ');
  return command === '' ? 'its handler' : `the command ${command.slice(0, 200)}`;
}

/** What kubelets before 1.27 add to the event: exit code and output of the hook. */
function detail(message: string): string {
  const code = /exited with (\d{1,3})/u.exec(message)?.[1];
  const output =
    /message: "([^"]{1,300})/u.exec(message)?.[1] ??
    /(exec: "[^"]{1,200}": [^\n]{1,120}|dial tcp [^\n]{1,120})/u.exec(message)?.[1];
  const parts = [code === undefined ? undefined : `exit code ${code}`, output?.replace(/\\n/gu, ' ').trim()];
  const text = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return text === '' ? '' : ` (${text})`;
}

function focusOf(view: CaseView, container: string | undefined, hook: 'postStart' | 'preStop') {
  const named = view.specOf(container ?? '');
  return named?.lifecycle?.[hook] ? named : view.containers.find((one) => one.lifecycle?.[hook] !== undefined);
}

/** Lifecycle hooks that fail; kubelet ends a container whose postStart hook fails. */
export const hookRules: readonly Rule[] = [
  messageRule({
    id: 'hook/post-start',
    rank: 'exact',
    messages: (view) => eventMessages(view, 'FailedPostStartHook'),
    pattern: /[\s\S]*/u,
    say: (match, view, message) => {
      const container = focusOf(view, message.container ?? view.container, 'postStart');
      if (container === undefined || (view.container !== undefined && container.name !== view.container))
        return undefined;
      const handler = container.lifecycle?.postStart;
      const command = handler?.exec?.command ?? [];
      const shell = command.length === 3 && command[1] === '-c' && command[0] !== undefined && command[2] !== undefined;
      return {
        rootCause: `The postStart lifecycle hook of ${containerWords(view, container.name)} fails: ${hookWords(handler)} exits with an error${detail(match[0])}, so kubelet kills and restarts the container (PostStartHook failed).`,
        confidence: 'high',
        fixes: [
          { summary: 'Make what the hook needs available, or correct its command' },
          shell
            ? containerPatch(view, container.name ?? '', 'Or let a failing hook pass', {
                lifecycle: { postStart: { exec: { command: [command[0], '-c', `${command[2] ?? ''} || true`] } } },
              })
            : containerPatch(view, container.name ?? '', 'Or remove the hook', { lifecycle: { postStart: null } }),
        ],
        cites: [{ source: `postStart of container ${container.name ?? ''}`, text: hookWords(handler) }],
      };
    },
  }),
  messageRule({
    id: 'hook/pre-stop',
    rank: 'general',
    messages: (view) => eventMessages(view, 'FailedPreStopHook'),
    pattern: /[\s\S]*/u,
    say: (match, view, message) => {
      const container = focusOf(view, message.container ?? view.container, 'preStop');
      if (container === undefined) return undefined;
      return {
        rootCause: `The preStop lifecycle hook of ${containerWords(view, container.name)} fails: ${hookWords(container.lifecycle?.preStop)} exits with an error${detail(match[0])} (PreStopHook failed).`,
        confidence: 'medium',
        fixes: [{ summary: "Correct the hook's command, or keep it shorter than terminationGracePeriodSeconds" }],
      };
    },
  }),
];
