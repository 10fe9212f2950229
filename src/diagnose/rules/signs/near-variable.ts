import { isTypingSlip } from '../../../lib/typing-slip.ts';
import type { CaseView } from '../../case-view.ts';
import { jsonPatch } from '../../kubectl.ts';
import type { Hit } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { envOf } from '../../settings.ts';
import { templateContainer } from './common-fixes.ts';

/** The variable of the pod spec that was likely meant: written otherwise, or with a slip in one of its words. */
function nearVariable(view: CaseView, name: string): string | undefined {
  if (envOf(view.spec, name)) return undefined;
  const found = (view.spec?.env ?? []).find(
    (one) => (one.value !== '' || one.valueFrom !== undefined) && isMisspelt(one.name ?? '', name),
  );
  return found?.name;
}

function isMisspelt(a: string, b: string): boolean {
  if (a === b) return false;
  const words = (text: string): string[] => text.toLowerCase().split(/[-_.]/u);
  const [left, right] = [words(a), words(b)];
  if (left.join('') === right.join('')) return true;
  if (left.length !== right.length) return false;
  const differing = left.filter((word, index) => word !== right[index]);
  const [word = ''] = differing;
  return differing.length === 1 && isTypingSlip(word, right[left.indexOf(word)] ?? '');
}

/** ` (the pod spec sets PAYMENT_GATEWAY_URI instead)`: a variable with nearly the wanted name; '' when there is none. */
export function nearlyNamed(view: CaseView, name: string): string {
  const near = nearVariable(view, name);
  return near === undefined ? '' : ` (the pod spec sets ${near} instead)`;
}

/** Gives the misspelt variable the name that the program asks for; its value stays, and is not shown. */
export function renameVariable(view: CaseView, name: string): readonly ProposedFix[] {
  const near = nearVariable(view, name);
  const place = templateContainer(view);
  const index = place?.container.env?.findIndex((one) => one.name === near) ?? -1;
  if (near === undefined || place === undefined || index < 0) return [];
  const path = `${place.path}/env/${String(index)}/name`;
  return [
    {
      summary: `Rename the variable ${near} to ${name}, as the program asks for it`,
      command: jsonPatch(view.target, [
        { op: 'test', path, value: near },
        { op: 'replace', path, value: name },
      ]),
    },
  ];
}

/** Whether a Python trace shows that the key was looked up elsewhere than in the environment (os.py, or the source line). */
export function isOtherMapping(hit: Hit): boolean {
  const trace = hit.around(30, 0);
  return (
    /^\s*File "[^"\n]{1,300}", line \d+/mu.test(trace) && !/environ|getenv|\benv\b|<frozen os>|\/os\.py"/iu.test(trace)
  );
}
