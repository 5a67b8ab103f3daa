import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { errorCode } from '../../batch/errors.js';
import { throwIfAborted } from '../../errors.js';
import type { IdExtent, ProcessFacts, TokenFacts } from '../facts/host_facts.js';
import { parseStatus } from './process_status.js';
import { isEndOfProcess, type Unseen } from './unseen.js';

/** The processes of a host, and the tokens that they hold. */
export interface Processes {
  readonly processes: readonly ProcessFacts[];
  readonly tokens: readonly TokenFacts[];
  readonly kernelThreads: number;
  readonly ended: number;
}

/**
 * What descriptors of tokens read as: a file of bpffs without a name (kernel/bpf/token.c: bpf_token_create(), 6.9 and later), or an
 * anonymous inode.
 */
const TOKEN_LINK = /^(?:\/bpf-token \(deleted\)|anon_inode:\[?bpf-token\]?)$/;
/** What fdinfo of a token has, and of no other file. */
const TOKEN_FDINFO = /^allowed_cmds:/m;
/** Processes between two looks at the signal. */
const CHUNK = 64;

/** Reads every process. Rejects with an AbortError after the signal. */
export async function readProcesses(proc: string, unseen: Unseen, signal: AbortSignal): Promise<Processes> {
  const pids = readdirSync(proc)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  const processes: ProcessFacts[] = [];
  const tokens: TokenFacts[] = [];
  let kernelThreads = 0;
  let ended = 0;
  for (const [i, pid] of pids.entries()) {
    if (i % CHUNK === 0) await new Promise(setImmediate);
    throwIfAborted(signal);
    const found = readProcess(proc, pid, unseen);
    if (found === 'kernel thread') kernelThreads += 1;
    else if (found === 'ended') ended += 1;
    else if (found !== 'unseen') {
      processes.push(found);
      tokens.push(...readTokens(proc, pid, unseen));
    }
  }
  return { processes, tokens, kernelThreads, ended };
}

function readProcess(proc: string, pid: number, unseen: Unseen): ProcessFacts | 'kernel thread' | 'ended' | 'unseen' {
  const at = (name: string) => `${proc}/${pid}/${name}`;
  let text: string;
  try {
    text = readFileSync(at('status'), 'utf8');
  } catch (error) {
    if (isEndOfProcess(error)) return 'ended';
    unseen.add('processes', errorCode(error) ?? 'error', at('status'));
    return 'unseen';
  }
  const status = parseStatus(pid, text);
  if (!status) return 'ended';
  const { isKernelThread, hasEnded, ...credentials } = status;
  if (isKernelThread) return 'kernel thread';
  if (hasEnded) return 'ended';
  const namespace = (kind: 'userns' | 'mntns' | 'netns', name: string): number | null =>
    unseen.ofProcess(kind, at(name), (path) => inodeOf(readlinkSync(path))) ?? null;
  const userns = namespace('userns', 'ns/user');
  const maps = userns === null ? readMaps(proc, pid, unseen) : { uid_map: null, gid_map: null };
  return {
    pid,
    ...credentials,
    userns,
    mntns: namespace('mntns', 'ns/mnt'),
    netns: namespace('netns', 'ns/net'),
    ...maps,
  };
}

/** The id maps of the user namespace of a process; null for one that cannot be read. */
export function readMaps(
  proc: string,
  pid: number,
  unseen: Unseen,
): { uid_map: readonly IdExtent[] | null; gid_map: readonly IdExtent[] | null } {
  const map = (name: string) =>
    unseen.ofProcess('id_maps', `${proc}/${pid}/${name}`, (path) => extentsOf(readFileSync(path, 'utf8'))) ?? null;
  return { uid_map: map('uid_map'), gid_map: map('gid_map') };
}

function readTokens(proc: string, pid: number, unseen: Unseen): TokenFacts[] {
  const folder = `${proc}/${pid}/fd`;
  const tokens: TokenFacts[] = [];
  for (const [name, link] of readLinks(folder, unseen)) {
    if (!TOKEN_LINK.test(link)) continue;
    const fdinfo = unseen.ofProcess('tokens', `${proc}/${pid}/fdinfo/${name}`, (path) => readFileSync(path, 'utf8'));
    if (fdinfo === undefined || !TOKEN_FDINFO.test(fdinfo)) continue;
    const found = unseen.ofProcess('tokens', `${folder}/${name}`, (path) => statSync(path, { bigint: true }));
    const device = found ? deviceOf(found.dev) : null;
    tokens.push({ pid, fd: Number(name), link, device, ino: found ? Number(found.ino) : null, fdinfo, info: null });
  }
  return tokens;
}

/** What the descriptors of a process read as. A refusal is of all of them, and is counted once. */
function readLinks(folder: string, unseen: Unseen): (readonly [name: string, link: string])[] {
  const links: (readonly [string, string])[] = [];
  unseen.ofProcess('descriptors', folder, () => {
    for (const name of readdirSync(folder)) {
      try {
        links.push([name, readlinkSync(`${folder}/${name}`)]);
      } catch (error) {
        // A descriptor that is closed meanwhile is no longer held.
        if (!isEndOfProcess(error)) throw error;
      }
    }
  });
  return links;
}

/** A device as mountinfo prints it. Source: the encoding of glibc, gnu_dev_major() and gnu_dev_minor(). */
function deviceOf(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffff_ffffn);
  return `${major}:${minor}`;
}

/** `user:[4026531837]` as a number. */
function inodeOf(link: string): number | undefined {
  const digits = /:\[(\d+)\]$/.exec(link)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function extentsOf(text: string): IdExtent[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((numbers) => numbers.length === 3)
    .map(([inside = 0, outside = 0, count = 0]) => [inside, outside, count]);
}
