import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  CompressionType,
  compressionRegistry,
  Field,
  Int32,
  List,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  vectorFromArray,
} from 'apache-arrow';
import lz4 from 'lz4-napi';
import type { World } from '../../src/kernel/world.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { prog, tokenCreate, use } from '../conformance/records.js';
import { vectorOf } from '../tables/arrow/arrow_table.js';
import { rawZstd } from '../tables/arrow/raw_zstd.js';
import { requestTable } from '../tables/written.js';
import type { SoundFile } from './damage_runs.js';

/** A scenario that has a bit of everything. */
const SCENARIO = `# Every key of a scenario.
profile: { extends: linux-6.12, name: mine, rules: { token_narrowing: true } }
unprivileged_bpf_disabled: 1
userns:
  box: { owner: 1000 }
  inner: { parent: box, owner: 0x3e8 }
bpffs:
  web-fs:
    userns: box
    delegate_cmds: prog_load:map_create
    delegate_maps: any
    delegate_progs: [sched_cls, "xdp"]
    delegate_attachs: 0x21
tasks:
  web: { userns: box, euid: 100000, caps: [CAP_BPF, CAP_NET_ADMIN] }
  root: { userns: init, euid: 0, caps: all }
tokens:
  web-token: &token { bpffs: web-fs, creator: web, lsm: { deny_cmds: [map_create] } }
requests:
  - { task: web, token: web-token, cmd: prog_load, prog_type: xdp, expected_attach_type: xdp, expect: allowed }
  - name: >-
      folded text
    task: root
    cmd: BPF_MAP_CREATE
    map_type: 1
    expect: allowed
`;

const ROWS = 24;
/** What DuckDB is told for each kind of Parquet file. */
const PARQUET: Readonly<Record<string, string>> = {
  'dictionaries, Snappy': 'COMPRESSION snappy',
  'deltas, second version, zstd': 'COMPRESSION zstd, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1',
  'plain, gzip': 'COMPRESSION gzip, DICTIONARY_SIZE_LIMIT 1',
  'second version, Brotli': 'COMPRESSION brotli, PARQUET_VERSION V2',
  'two row groups, LZ4': 'COMPRESSION lz4_raw, ROW_GROUP_SIZE 2048',
};
const QUERY =
  `SELECT ['root', 'web', NULL][i % 3 + 1] AS task, 'prog_load' AS cmd, ['xdp', 'sched_cls'][i % 2 + 1] AS prog_type, ` +
  '(i % 7)::UINTEGER AS insn_cnt, (i % 2)::BIGINT AS token FROM range($ROWS) t(i)';

/** Writes small sound files of every kind to a folder: a few hundred to a few thousand bytes each. */
export async function writeSoundFiles(
  folder: string,
  duckdb: DuckDBConnection,
): Promise<{ readonly files: SoundFile[]; readonly scenario: string }> {
  const files: SoundFile[] = [];
  const add = (name: string, kind: SoundFile['kind'], bytes: string | Uint8Array): string => {
    const path = join(folder, `${files.length}.${kind}`);
    writeFileSync(path, bytes);
    files.push({ name, kind, path });
    return path;
  };
  const scenario = add('a scenario', 'scenario', SCENARIO);
  const { world } = parseScenario(SCENARIO, 'scenario');
  const records = [use('ok'), use('EPERM', prog(6)), tokenCreate('ok')].map((record) => `${JSON.stringify(record)}\n`);
  add('a recording', 'recording', records.join(''));
  for (const format of ['csv', 'ndjson'] as const) add(format.toUpperCase(), format, await textTable(world, format));
  add('an Arrow file', 'arrow', arrowTable(undefined, true));
  add('an Arrow stream', 'arrows', arrowTable(undefined, false));
  add('an Arrow file of LZ4', 'arrow', arrowTable(CompressionType.LZ4_FRAME, true));
  add('an Arrow stream of zstd', 'arrows', arrowTable(CompressionType.ZSTD, false));
  for (const [name, options] of Object.entries(PARQUET)) {
    const path = join(folder, `${files.length}.parquet`);
    const query = QUERY.replace('$ROWS', String(name.includes('two row groups') ? 2050 : ROWS));
    await duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ${options})`);
    files.push({ name: `a Parquet file: ${name}`, kind: 'parquet', path });
  }
  add('a Parquet file: as it is written here', 'parquet', await requestTable(world, 'parquet', drawn(world)));
  return { files, scenario };
}

function drawn(world: World) {
  return [...generateRequests(world, 5, ROWS)];
}

async function textTable(world: World, format: 'csv' | 'ndjson'): Promise<Uint8Array> {
  const quoted = format === 'csv' ? '"web","a ""b""\nc",prog_load\n' : '{"task":"w\\u0065b","cmd":5,"more":[{}]}\n';
  return Buffer.concat([await requestTable(world, format, drawn(world)), Buffer.from(quoted)]);
}

function arrowTable(compressionType: CompressionType | undefined, isFile: boolean): Uint8Array {
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    encode: (bytes: Uint8Array) => lz4.compressFrameSync(Buffer.from(bytes)),
  });
  compressionRegistry.set(CompressionType.ZSTD, { encode: rawZstd });
  const options = { ...(compressionType === undefined ? {} : { compressionType }) } as never;
  const writer = isFile ? new RecordBatchFileWriter(options) : new RecordBatchStreamWriter(options);
  const repeated = <Cell>(cells: readonly Cell[]): Cell[] =>
    Array.from({ length: ROWS }, (_, i) => cells[i % cells.length] as Cell);
  const table = new Table({
    task: vectorOf('dict_int32', repeated(['root', 'web', null])),
    cmd: vectorOf('utf8', repeated(['btf_load', 'map_create'])),
    map_type: vectorOf('int8', repeated([1, 2])),
    // A column that no request has, of a type that has others in it.
    ...(compressionType === undefined
      ? { more: vectorFromArray(repeated([[1], [2, 3], null]), new List(new Field('item', new Int32()))) }
      : {}),
  });
  writer.write(table as never);
  writer.finish();
  return writer.toUint8Array(true);
}
