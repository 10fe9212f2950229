/** Bundles the daemon into dist/podmedic.mjs, and what it seldom loads beside it: `npm run build [-- --quiet]`. */
import { readFileSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
  engines: { node: string };
};
const [major = 0, minor = 0] = manifest.engines.node
  .replace(/[^\d.]/g, '')
  .split('.')
  .map(Number);

// client-node's KubeConfig imports the whole generated API (3 MB) for two names of it; podmedic speaks with the API server itself.
const withoutGeneratedApi: Plugin = {
  name: 'without-generated-api',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ resolveDir }) =>
      resolveDir.endsWith('@kubernetes/client-node/dist')
        ? { path: resolveDir, namespace: 'generated-api' }
        : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'generated-api' }, ({ path }) => ({
      resolveDir: path,
      contents: `export { createConfiguration } from './gen/configuration.js'; export { ServerConfiguration } from './gen/servers.js';`,
    }));
  },
};

// Two of undici's thirty classes are used; loading the whole of it costs 3 MiB of memory.
const leanUndici: Plugin = {
  name: 'lean-undici',
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({ path: resolveDir, namespace: 'lean-undici' }));
    bundler.onLoad({ filter: /.*/, namespace: 'lean-undici' }, ({ path }) => ({
      resolveDir: path,
      contents: `
        import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
        import request from 'undici/lib/api/api-request.js';
        import Agent from 'undici/lib/dispatcher/agent.js';
        import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
        import Socks5ProxyAgent from 'undici/lib/dispatcher/socks5-proxy-agent.js';
        Dispatcher.prototype.request = request;
        export const { fetch } = globalThis;
        export { Agent, ProxyAgent, Socks5ProxyAgent };`,
    }));
  },
};

// zod brings its messages in fifty languages: 4 MiB of memory.
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
    }));
  },
};

// express hands out parsers of request bodies, with all character sets of the world; podmedic's server takes no body.
const withoutBodyParsers: Plugin = {
  name: 'without-body-parsers',
  setup(bundler) {
    bundler.onResolve({ filter: /^body-parser$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    bundler.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Packages that few daemons need, in files of their own: what is in the bundle costs memory though it is never run. */
const seldomLoaded = new Map([
  ['@anthropic-ai/sdk', 'anthropic-sdk'],
  ['@kubernetes/client-node/dist/config.js', 'client-node'],
]);

const beside: Plugin = {
  name: 'beside',
  setup(bundler) {
    bundler.onResolve({ filter: /^@/ }, ({ path, kind }) => {
      const file = kind === 'dynamic-import' ? seldomLoaded.get(path) : undefined;
      return file === undefined ? undefined : { path: `./${file}.mjs`, external: true };
    });
  },
};

// Bundled CommonJS packages call `require`, which an ES module does not have.
const requireBanner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;
// undici does not even load on an older Node: at first only Node's own modules are imported, so the check runs before anything
// of ours or of undici.
const mainBanner = `#!/usr/bin/env node
${requireBanner}
const [__major, __minor] = process.versions.node.split('.').map(Number);
if (__major < ${major} || (__major === ${major} && __minor < ${minor})) {
  process.stderr.write('podmedic needs Node ${major}.${minor} or newer, this is ' + process.versions.node + ': install a newer Node, or use \`npm start\`\\n');
  process.exit(2);
}`;

const project = new URL('..', import.meta.url).pathname;
const dist = join(project, 'dist');
const shared = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const;
const outfile = join(dist, 'podmedic.mjs');
const [result] = await Promise.all([
  build({
    ...shared,
    entryPoints: [join(project, 'src/main.ts')],
    outfile,
    keepNames: true,
    banner: { js: mainBanner },
    define: { PODMEDIC_VERSION: JSON.stringify(manifest.version) },
    metafile: true,
    plugins: [beside, leanUndici, englishOnly, withoutBodyParsers],
  }),
  ...[...seldomLoaded].map(([name, file]) =>
    build({
      ...shared,
      stdin: { contents: `export * from '${name}';`, resolveDir: project },
      outfile: join(dist, `${file}.mjs`),
      banner: { js: requireBanner },
      plugins: [withoutGeneratedApi, leanUndici],
    }),
  ),
]);
// V8 keeps a text with a single character beyond Latin-1 as two bytes each.
const bytes = readFileSync(outfile);
const foreignAt = bytes.findIndex((byte) => byte > 0x7f);
if (foreignAt >= 0) {
  const place = bytes.subarray(Math.max(0, foreignAt - 60), foreignAt + 20).toString();
  throw new Error(`the bundle is to be ASCII, write \\u… for the character in: ${place}`);
}
await chmod(outfile, 0o755);
if (!process.argv.includes('--quiet')) {
  const { size } = await stat(outfile);
  process.stdout.write(
    `dist/podmedic.mjs ${(size / 1024 / 1024).toFixed(2)} MiB from ${Object.keys(result.metafile.inputs).length} files\n`,
  );
}
