import { existsSync } from 'node:fs';
import { runCommand } from './run-command.ts';

/** Debian packages that a node needs, each with a file that it brings. */
export const nodePackages = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  'busybox-static': '/bin/busybox',
  iproute2: '/sbin/ip',
  iptables: '/usr/sbin/iptables',
} as const;

/** Debian packages that building the project's image needs. */
export const imagePackages = { podman: '/usr/bin/podman', debootstrap: '/usr/sbin/debootstrap' } as const;

/**
 * Installs the packages whose file is missing, with apt-get. Throws with a plain sentence when that
 * is not possible here (not root, no apt-get).
 */
export async function ensurePackages(
  packages: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<void> {
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ''));
  if (missing.length === 0) return;
  const wish = `apt-get install ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`The test cluster needs Debian packages: ${wish}`);
  if (process.getuid?.() !== 0) throw new Error(`The test cluster needs packages; run as root: ${wish}`);
  const startedAt = Date.now();
  log(`installing ${missing.join(' ')}`);
  const install = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...missing];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Package lists that are old name files which the mirror no longer has.
  await runCommand(['apt-get', '-o', 'DPkg::Lock::Timeout=300', 'update'], { env });
  await runCommand(install, { env });
  log(`packages took ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
