import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, type ConfigSources } from '../../src/config/load.ts';

const none: ConfigSources['readFile'] = () => undefined;
const load = (env: Record<string, string>, readFile = none) => loadConfig({ env, readFile }, { needsNamespaces: true });

function valid(env: Record<string, string>, readFile = none) {
  const loaded = load({ WATCH_NAMESPACES: 'default', ...env }, readFile);
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  return loaded.config;
}

function problems(env: Record<string, string>, readFile = none): readonly string[] {
  const loaded = load(env, readFile);
  return loaded.ok ? [] : loaded.problems;
}

describe('loadConfig', () => {
  test('applies the defaults of the failure semantics, durations in milliseconds', () => {
    expect(valid({})).toMatchObject({
      MIN_RESTART_THRESHOLD: 3,
      RESTART_WINDOW_SECONDS: 900_000,
      IMAGE_PULL_DELAY_SECONDS: 60_000,
      SETTLE_SECONDS: 10_000,
      PORT: 3000,
      MIN_SEVERITY: 'SEV-4',
      SHARE_LOGS: 'off',
      EXCLUDE_NAMESPACES: [],
    });
  });

  test('splits namespaces, drops blanks and duplicates, and lets * swallow the rest', () => {
    expect(valid({ WATCH_NAMESPACES: ' default, staging ,,default' }).WATCH_NAMESPACES).toEqual(['default', 'staging']);
    expect(valid({ WATCH_NAMESPACES: 'default,*' }).WATCH_NAMESPACES).toEqual(['*']);
  });

  test('tells every problem at once, with the setting and what to do', () => {
    const found = problems({
      WATCH_NAMESPACES: 'Default,team-*',
      MIN_RESTART_THRESHOLD: 'many',
      LOG_LEVEL: 'loud',
      WEBHOOK_URL: 'hooks.example',
      SLACK_BOT_TOKEN: 'xoxb-1',
      REDACT_PATTERNS: '([a-z',
    });
    expect(found).toEqual([
      expect.stringMatching(/^WATCH_NAMESPACES: "Default" is not a namespace name: .*lower-case/),
      expect.stringMatching(/^WATCH_NAMESPACES: "team-\*" is not a namespace name: .*no patterns/),
      'LOG_LEVEL: must be one of error, warn, info, debug (it is "loud")',
      'MIN_RESTART_THRESHOLD: must be a whole number from 1 to 1000 (it is "many")',
      'WEBHOOK_URL: must be an http(s) URL',
      'SLACK_CHANNEL: not set; SLACK_BOT_TOKEN needs the channel to write to',
      expect.stringMatching(/^REDACT_PATTERNS: Invalid regular expression/),
    ]);
  });

  test('asks for namespaces only where the command watches', () => {
    expect(problems({})).toEqual([expect.stringMatching(/^WATCH_NAMESPACES: not set/)]);
    expect(loadConfig({ env: {}, readFile: none }, { needsNamespaces: false }).ok).toBe(true);
  });

  test('refuses a watch list that the exclusions empty', () => {
    expect(problems({ WATCH_NAMESPACES: 'a,b', EXCLUDE_NAMESPACES: 'b,a' })).toEqual([
      expect.stringMatching(/^EXCLUDE_NAMESPACES: excludes every namespace/),
    ]);
  });

  test('refuses lease times under which two replicas could act', () => {
    expect(
      problems({
        WATCH_NAMESPACES: 'a',
        LEASE_DURATION_SECONDS: '10',
        LEASE_RENEW_DEADLINE_SECONDS: '10',
        LEASE_RETRY_SECONDS: '9',
      }),
    ).toEqual([expect.stringMatching(/^LEASE_RENEW_DEADLINE_SECONDS/), expect.stringMatching(/^LEASE_RETRY_SECONDS/)]);
  });

  test('accepts older names', () => {
    expect(valid({ K3S_CONTEXT: 'k3d', K8S_ANALYZER_MODEL: 'm' })).toMatchObject({
      KUBE_CONTEXT: 'k3d',
      DIAGNOSIS_MODEL: 'm',
    });
  });

  test('a blank value means unset', () => {
    expect(valid({ PORT: ' ', LOG_LEVEL: '' })).toMatchObject({ PORT: 3000, LOG_LEVEL: 'info' });
  });
});

describe('warnings', () => {
  test('name what a person would wonder about', () => {
    const warned = load({ WATCH_NAMESPACES: 'a', ANTHROPIC_API_KEY: 'key' });
    expect(warned.ok && warned.warnings).toEqual([
      expect.stringContaining('console only'),
      expect.stringContaining('the model gets no log text'),
    ]);
  });
});

describe('secrets', () => {
  const url = 'https://hooks.example/services/T0/B0/very-secret';

  test('cannot be printed', () => {
    const config = valid({ WEBHOOK_URL: url });
    expect(config.WEBHOOK_URL.reveal()).toBe(url);
    expect([String(config.WEBHOOK_URL), JSON.stringify(config), inspect(config, { depth: 5 })].join()).not.toContain(
      'very-secret',
    );
  });

  test('are not repeated by an error', () => {
    expect(problems({ WATCH_NAMESPACES: 'a', WEBHOOK_URL: 'ftp://very-secret' }).join()).not.toContain('very-secret');
  });

  test('come from NAME_FILE or SECRETS_DIR and are read again when the file changes', () => {
    const files: Record<string, string> = { '/run/hook': `${url}\n`, '/secrets/ANTHROPIC_API_KEY': 'key-1' };
    const config = valid({ WEBHOOK_URL_FILE: '/run/hook', SECRETS_DIR: '/secrets/' }, (path) => files[path]);
    expect(config.WEBHOOK_URL.reveal()).toBe(url);
    expect(config.ANTHROPIC_API_KEY.reveal()).toBe('key-1');
    expect(config.SLACK_BOT_TOKEN.isSet).toBe(false);
    files['/secrets/ANTHROPIC_API_KEY'] = 'key-2';
    expect(config.ANTHROPIC_API_KEY.reveal()).toBe('key-2');
    delete files['/secrets/ANTHROPIC_API_KEY'];
    expect(config.ANTHROPIC_API_KEY.isSet).toBe(false);
  });

  test('a named file that is missing or unreadable is a problem', () => {
    expect(problems({ WATCH_NAMESPACES: 'a', WEBHOOK_URL_FILE: '/nowhere' })).toEqual([
      'WEBHOOK_URL_FILE: the file /nowhere does not exist',
    ]);
    expect(
      problems({ WATCH_NAMESPACES: 'a', WEBHOOK_URL_FILE: '/locked' }, () => {
        throw new Error('EACCES: permission denied');
      }),
    ).toEqual(['WEBHOOK_URL: its file cannot be read: EACCES: permission denied']);
  });
});
