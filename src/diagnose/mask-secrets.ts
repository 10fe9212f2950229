import type { CaseFile } from '../model/case-file.ts';
import { allContainers } from './containers.ts';
import { isSecretSetting } from './settings.ts';

const shortest = 4;

/**
 * A function that replaces the secrets which stand literally in the case's pod specs (values of variables with a telling
 * name, passwords in URLs) wherever they turn up. What no spec shows is left to the redaction of whatever leaves.
 */
export function secretMask(file: CaseFile): (text: string) => string {
  const secrets = new Set<string>();
  for (const pod of [...file.pods, ...file.neighbours]) {
    for (const { spec } of allContainers(pod.spec)) {
      for (const { name = '', value = '' } of spec.env ?? []) {
        const inUrl = /:\/\/[^\s/@:]*:([^\s/@]+)@/.exec(value)?.[1];
        if (inUrl !== undefined) secrets.add(inUrl);
        else if (isSecretSetting(name, value) && !/^(?:https?:\/\/|\/|\d+$|true$|false$)/.test(value))
          secrets.add(value);
      }
    }
  }
  const known = [...secrets].filter((secret) => secret.length >= shortest).sort((a, b) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
