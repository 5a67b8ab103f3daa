import { NO_DENIALS } from '../../src/kernel/denials.js';
import { profileNamed } from '../../src/kernel/profile.js';
import type { World } from '../../src/kernel/world.js';
import { EXPECT_NONE, type RequestChunk, type RequestFormat } from '../../src/tables/request_table.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { readRequests } from '../../src/tables/text/text_reader.js';

const ALL = (1n << 64n) - 1n;

/** Two user namespaces, four tasks and three tokens, with names that need care in files. */
export function smallWorld(profile = 'linux-6.12'): World {
  const masks = { cmds: ALL, maps: ALL, progs: ALL, attachs: ALL };
  return {
    profile: profileNamed(profile),
    unprivilegedBpfDisabled: 2,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'box', parent: 0, owner: 1000 },
      { name: 'empty', parent: 0, owner: 1001 },
    ],
    bpffs: [],
    tasks: [
      { name: 'root', userns: 0, euid: 0, effective: ALL },
      { name: 'agent', userns: 1, euid: 1000, effective: ALL },
      { name: 'say "hi", you\nthere', userns: 1, euid: 1000, effective: 0n },
      { name: 'nobody', userns: 2, euid: 65534, effective: 0n },
    ],
    tokens: [
      { name: 'full', userns: 1, allowed: masks, denials: NO_DENIALS },
      { name: 'maps-only', userns: 1, allowed: { ...masks, cmds: 1n }, denials: NO_DENIALS },
      { name: 'ü, näher', userns: 0, allowed: masks, denials: NO_DENIALS },
    ],
  };
}

/** What a whole table reads as. */
export interface Read {
  readonly chunks: readonly RequestChunk[];
  readonly problems: RowDiagnostics;
  /** The rows of all chunks, as plain numbers. */
  readonly rows: readonly ReadRow[];
}

export interface ReadRow {
  readonly task: number;
  readonly token: number;
  readonly cmd: number;
  readonly type: number;
  readonly attachType: number;
  readonly insnCnt: number;
  readonly pre: number;
}

/** The rows of chunks, one after the other. */
export function rowsOf(chunks: Iterable<RequestChunk>): ReadRow[] {
  return [...chunks].flatMap(({ columns, rows }) =>
    Array.from({ length: rows }, (_, row) => ({
      task: columns.task[row] as number,
      token: columns.token[row] as number,
      cmd: columns.cmd[row] as number,
      type: columns.type[row] as number,
      attachType: columns.attachType[row] as number,
      insnCnt: columns.insnCnt[row] as number,
      pre: columns.pre[row] as number,
    })),
  );
}

/** Reads a table given in pieces. */
export async function read(
  world: World,
  format: RequestFormat,
  pieces: readonly (string | Uint8Array)[],
  chunkRows = 1000,
): Promise<Read> {
  const problems = new RowDiagnostics();
  const chunks: RequestChunk[] = [];
  const source = (async function* () {
    yield* pieces;
  })();
  for await (const chunk of readRequests(world, format, source, { file: 't', problems, chunkRows })) chunks.push(chunk);
  return { chunks, problems, rows: rowsOf(chunks) };
}

/** The lines the rows of a chunk start on. */
export function linesOf(chunk: RequestChunk | undefined): number[] {
  return [...(chunk?.lines ?? [])];
}

/** What every row of chunks expects; EXPECT_NONE where its chunk expects nothing. */
export function expectedOf(chunks: Iterable<RequestChunk>): number[] {
  return [...chunks].flatMap(({ expects, rows }) =>
    Array.from({ length: rows }, (_, row) => expects?.[row] ?? EXPECT_NONE),
  );
}
