import type { RequestOptions } from 'node:https';
import { AppError } from '../model/errors.ts';
import type { KubeconfigUser } from './kubeconfig.ts';

/** What an exec plugin or a legacy auth provider answered. */
export interface PluginCredentials {
  readonly authorization?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A plugin may wait for a browser login; after this it is hung. */
const pluginTimeoutMs = 60_000;

/**
 * Asks the user's exec plugin or auth provider through client-node, loaded only here: it costs tens of MB that a token or
 * certificate does not need. Each call runs the plugin anew, so that a refused credential is never served from its cache.
 * Throws API_UNAUTHORIZED.
 */
export async function askPlugin(user: KubeconfigUser, server: string): Promise<PluginCredentials> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  const name = 'plugin';
  config.loadFromClusterAndUser(
    { name, server, skipTLSVerify: true },
    { name, exec: user.exec, authProvider: user.authProvider },
  );
  const options: RequestOptions = { headers: {} };
  const command = typeof user.exec?.command === 'string' ? user.exec.command : 'the auth provider';
  try {
    await withTimeout(config.applyToHTTPSOptions(options), pluginTimeoutMs);
  } catch (error) {
    // What a plugin prints may hold a secret, so only its kind of failure is told.
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'it is not installed or not in PATH' : 'it failed; run it by hand to see why';
    throw new AppError('API_UNAUTHORIZED', `cannot get credentials from ${command}: ${why}`, { retryable: true });
  }
  const headers = options.headers as Readonly<Record<string, unknown>> | undefined;
  const authorization = headers?.Authorization;
  return {
    ...(typeof authorization === 'string' ? { authorization } : {}),
    ...(typeof options.cert === 'string' ? { cert: options.cert } : {}),
    ...(typeof options.key === 'string' ? { key: options.key } : {}),
  };
}

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
