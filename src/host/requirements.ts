import { readFileSync } from 'node:fs';
import { CAP_SYS_ADMIN, CAPABILITY_NAMES } from '../abi/capabilities.js';
import { HostError } from './errors.js';

/** What this process is to the kernel it runs on. */
export interface Host {
  readonly platform: string;
  /** `uname -r` */
  readonly release: string;
  /** Effective user id. */
  readonly euid: number | undefined;
  /** /proc/self/uid_map */
  readonly uidMap: string;
  /** /proc/self/status */
  readonly status: string;
}

const OLDEST: readonly [number, number] = [6, 9];
const ALL_IDS = /^\s*0\s+0\s+4294967295\s*$/;

/** The machine this runs on. */
export function thisHost(release: string): Host {
  const isLinux = process.platform === 'linux';
  return {
    platform: process.platform,
    release,
    euid: process.geteuid?.(),
    uidMap: isLinux ? readFileSync('/proc/self/uid_map', 'utf8') : '',
    status: isLinux ? readFileSync('/proc/self/status', 'utf8') : '',
  };
}

/** Throws a HostError that says what is missing for asking this kernel, where something is. */
export function needKernel({ platform, release, euid, uidMap, status }: Host): void {
  if (platform !== 'linux') throw new HostError(`a Linux kernel is needed, and this is ${platform}`);
  const [major = 0, minor = 0] = release.split('.').map(Number.parseFloat);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new HostError(`Linux ${release} has no BPF tokens: they came with ${OLDEST.join('.')}`);
  }
  if (euid !== 0) {
    throw new HostError('root is needed, to build user namespaces and bpffs instances with delegation: try sudo');
  }
  if (!ALL_IDS.test(uidMap)) {
    throw new HostError('this is root of a user namespace; root of the initial one is needed (outside the container)');
  }
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & (1n << BigInt(CAP_SYS_ADMIN))) === 0n) {
    const name = CAPABILITY_NAMES[CAP_SYS_ADMIN] as string;
    throw new HostError(`${name} is needed, and this root does not have it (a container without privileges?)`);
  }
}
