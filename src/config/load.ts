import type { z } from 'zod';
import { describeSettings } from './describe.ts';
import { environment, type Environment } from './schema.ts';
import { Secret } from './secret.ts';

type SecretName = 'WEBHOOK_URL' | 'SLACK_BOT_TOKEN' | 'ANTHROPIC_API_KEY' | 'ANTHROPIC_AUTH_TOKEN';

/** The settings of a run: parsed values, and secrets behind a type that cannot be printed. */
export type Config = Omit<Environment, SecretName> & Readonly<Record<SecretName, Secret>>;

/** Reads a text file: its content, or undefined when there is none. Throws when it exists and cannot be read. */
export type ReadFile = (path: string) => string | undefined;

/** What a configuration is loaded from. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
}

/** The configuration, or every problem at once, each a sentence that names the setting and says what to do. */
export type LoadedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Loads and checks all settings. `needsNamespaces`: the command watches, so WATCH_NAMESPACES is required. */
export function loadConfig(sources: ConfigSources, options: { readonly needsNamespaces: boolean }): LoadedConfig {
  const problems: string[] = [];
  const { values, secrets } = collect(sources, problems);
  const parsed = environment.safeParse(values);
  const config = parsed.success ? parsed.data : undefined;
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => issueSentence(issue, values, secrets)));
  const crossed = crossChecks(values, config, options);
  problems.push(...crossed.problems);
  if (config === undefined || problems.length > 0) return { ok: false, problems: [...new Set(problems)] };
  return { ok: true, config: { ...config, ...secrets }, warnings: crossed.warnings };
}

function collect(
  { env, readFile }: ConfigSources,
  problems: string[],
): { values: Record<string, string>; secrets: Record<SecretName, Secret> } {
  const values: Record<string, string> = {};
  const secrets: Partial<Record<string, Secret>> = {};
  for (const setting of describeSettings()) {
    const names = [setting.name, ...(setting.aliases ?? [])];
    if (setting.secret !== true) {
      const found = names.find((name) => isGiven(env[name]));
      if (found !== undefined) values[setting.name] = env[found] ?? '';
      continue;
    }
    const file = env[`${setting.name}_FILE`];
    if (isGiven(env[setting.name]) && isGiven(file)) {
      problems.push(`${setting.name}: set either ${setting.name} or ${setting.name}_FILE, not both`);
    }
    const read = secretReader(setting.name, { env, readFile });
    secrets[setting.name] = new Secret(() => {
      try {
        return read();
      } catch {
        return undefined;
      }
    });
    try {
      const value = read();
      if (value !== undefined) values[setting.name] = value;
      else if (isGiven(file)) problems.push(`${setting.name}_FILE: the file ${file} does not exist`);
    } catch (error) {
      problems.push(
        `${setting.name}: its file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { values, secrets: secrets as Record<SecretName, Secret> };
}

function secretReader(name: string, { env, readFile }: ConfigSources): () => string | undefined {
  const direct = env[name];
  if (isGiven(direct)) return () => direct.trim();
  const file = env[`${name}_FILE`];
  const folder = env.SECRETS_DIR;
  const path = isGiven(file) ? file : isGiven(folder) ? `${folder.replace(/\/+$/, '')}/${name}` : undefined;
  if (path === undefined) return () => undefined;
  return () => {
    const content = readFile(path)?.trim();
    return content === '' ? undefined : content;
  };
}

const isGiven = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

function issueSentence(
  issue: z.core.$ZodIssue,
  values: Record<string, string>,
  secrets: Record<string, Secret>,
): string {
  const name = String(issue.path[0] ?? '');
  const given = values[name];
  const shown =
    given === undefined || name in secrets || issue.message.startsWith('"') ? '' : ` (it is ${JSON.stringify(given)})`;
  return `${name}: ${issue.message}${shown}`;
}

function crossChecks(
  values: Record<string, string>,
  config: Environment | undefined,
  options: { readonly needsNamespaces: boolean },
): { problems: string[]; warnings: string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  if (options.needsNamespaces && !isGiven(values.WATCH_NAMESPACES)) {
    problems.push(
      'WATCH_NAMESPACES: not set; name the namespaces to watch (WATCH_NAMESPACES=default,production), or * for all',
    );
  }
  for (const name of ['WEBHOOK_URL', 'ANTHROPIC_BASE_URL', 'SLACK_API_URL']) {
    const value = values[name];
    if (isGiven(value) && !isHttpUrl(value)) problems.push(`${name}: must be an http(s) URL`);
  }
  const token = values.SLACK_BOT_TOKEN;
  if (isGiven(token) && !isGiven(values.SLACK_CHANNEL)) {
    problems.push('SLACK_CHANNEL: not set; SLACK_BOT_TOKEN needs the channel to write to');
  }
  if (isGiven(token) && /\s/.test(token.trim())) problems.push('SLACK_BOT_TOKEN: holds white space; is it one token?');
  problems.push(...patternProblems(values.REDACT_PATTERNS));
  if (config === undefined) return { problems, warnings };
  if (config.LEASE_DURATION_SECONDS % 1000 !== 0) {
    problems.push('LEASE_DURATION_SECONDS: must be whole seconds, a Lease knows no others');
  }
  if (config.LEASE_DURATION_SECONDS <= config.LEASE_RENEW_DEADLINE_SECONDS) {
    problems.push(
      'LEASE_RENEW_DEADLINE_SECONDS: must be less than LEASE_DURATION_SECONDS, or two replicas act at once',
    );
  }
  if (config.LEASE_RENEW_DEADLINE_SECONDS <= 1.2 * config.LEASE_RETRY_SECONDS) {
    problems.push('LEASE_RETRY_SECONDS: LEASE_RENEW_DEADLINE_SECONDS must be more than 1.2 times this');
  }
  if (config.LEADER_ELECTION === true && config.POD_NAMESPACE === undefined) {
    problems.push('POD_NAMESPACE: not set; LEADER_ELECTION needs the namespace in which the Lease lives');
  }
  const excluded = new Set(config.EXCLUDE_NAMESPACES);
  if (config.WATCH_NAMESPACES.length > 0 && config.WATCH_NAMESPACES.every((name) => excluded.has(name))) {
    problems.push('EXCLUDE_NAMESPACES: excludes every namespace of WATCH_NAMESPACES, nothing is left to watch');
  }
  if (!isGiven(values.WEBHOOK_URL) && !isGiven(token)) {
    warnings.push('neither WEBHOOK_URL nor SLACK_BOT_TOKEN is set: messages go to the console only');
  }
  const hasKey = isGiven(values.ANTHROPIC_API_KEY) || isGiven(values.ANTHROPIC_AUTH_TOKEN);
  if (hasKey && config.SHARE_LOGS === 'off') {
    warnings.push('SHARE_LOGS is off: the model gets no log text, only what rules take from logs');
  }
  return { problems, warnings };
}

/** The user's own redaction patterns, as written: one a line or separated by `;;`. */
export function splitPatterns(value: string | undefined): string[] {
  return (value ?? '')
    .split(/\n|;;/)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
}

function patternProblems(value: string | undefined): string[] {
  return splitPatterns(value).flatMap((pattern) => {
    try {
      new RegExp(pattern, 'u');
      return [];
    } catch (error) {
      return [`REDACT_PATTERNS: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
