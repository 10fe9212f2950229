import type { KubeObject } from '../model/kube-objects.ts';

/** coordination.k8s.io/v1 Lease, as far as we use it. */
export interface LeaseObject extends KubeObject {
  readonly spec?: LeaseSpec | null;
}

export interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number | null;
}

/** A time with the six fractional digits that the API server insists on (three get HTTP 400). */
export function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}

/** The holder of a Lease; undefined when it is free. */
export function holderOf(lease: LeaseObject | undefined): string | undefined {
  const holder = lease?.spec?.holderIdentity ?? '';
  return holder === '' ? undefined : holder;
}

/** An identity that no other process start shares: a restarted pod must not be taken for the leader it was. */
export function leaseIdentity(podName: string, uuid: string): string {
  return `${podName}_${uuid}`;
}

/** The pod's name in an identity. */
export function podOfIdentity(identity: string): string {
  const at = identity.lastIndexOf('_');
  return at > 0 ? identity.slice(0, at) : identity;
}
