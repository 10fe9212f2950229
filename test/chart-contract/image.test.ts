import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { describeSettings } from '../../src/config/describe.ts';

interface Compose {
  readonly services: {
    readonly podmedic: {
      readonly environment: Readonly<Record<string, string>>;
      readonly healthcheck: { readonly test: readonly string[] };
      readonly volumes: readonly string[];
    };
  };
}

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const dockerfile = read('Dockerfile');
const service = (parse(read('docker-compose.yml')) as Compose).services.podmedic;
const settings = describeSettings().map(({ name }) => name);

/** The JSON form of an instruction, the last one of its name. */
function execForm(instruction: string): readonly string[] {
  const found = [...dockerfile.matchAll(new RegExp(`^ *${instruction} (\\[.*\\])$`, 'gm'))].at(-1);
  return JSON.parse(found?.[1] ?? '[]') as readonly string[];
}

describe('the image', () => {
  test('runs as a number that is not root, and without a shell around it', () => {
    expect(/^USER (\d+):(\d+)$/m.exec(dockerfile)?.slice(1).map(Number)).toEqual([65532, 65532]);
    expect(execForm('ENTRYPOINT')).toEqual(['node', '/opt/podmedic/podmedic.mjs']);
    const values = parse(read('helm/podmedic/values.yaml')) as {
      readonly podSecurityContext: { readonly runAsUser: number };
    };
    expect(values.podSecurityContext.runAsUser).toBe(65532);
  });

  test('has the version of the package, and so has the chart', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    expect(dockerfile).toContain(`\nARG VERSION=${version}\n`);
    expect(parse(read('helm/podmedic/Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });

  test('is built from what .dockerignore lets in', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
    expect(copied.length).toBeGreaterThan(4);
    for (const path of copied) expect(allowed).toContain(path.replace(/\/$/, ''));
  });
});

describe('docker-compose.yml', () => {
  test('sets settings that exist', () => {
    expect(Object.keys(service.environment).length).toBeGreaterThan(5);
    for (const name of Object.keys(service.environment)) expect(settings).toContain(name);
  });

  test('asks for health as the image does', () => {
    // Compose reads $$ as a dollar sign.
    expect(service.healthcheck.test.map((word) => word.replaceAll('$$', '$'))).toEqual(['CMD', ...healthcheck()]);
  });

  test('mounts the kubeconfig where KUBECONFIG says, with the usual path to fall back on', () => {
    expect(service.volumes).toContain('${KUBECONFIG:-${HOME}/.kube/config}:/kube/config:ro');
    expect(service.environment.KUBECONFIG).toBe('/kube/config');
  });
});

function healthcheck(): readonly string[] {
  const found = /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/m.exec(dockerfile);
  return JSON.parse(found?.[1] ?? '[]') as readonly string[];
}
