import type { FullColumns } from '../../src/engine/columns.js';
import { createMemory } from '../../src/engine/wasm.js';
import type { WorldNames } from '../../src/kernel/world.js';
import type { ArrowPart } from '../../src/tables/arrow/arrow_part.js';
import type { ArrowEncoder } from '../../src/tables/arrow/encoder.js';
import { ANY_ADDED_NAMES, NO_ADDED_NAMES } from '../../src/tables/columnar/added_names.js';
import { concatBytes } from '../../src/tables/concat_bytes.js';
import type { TableFormat } from '../../src/tables/formats.js';
import { openOutput } from '../../src/tables/open_output.js';
import type { OutputTable } from '../../src/tables/output_table.js';
import type { RequestChunk } from '../../src/tables/request_table.js';
import { regionBytes } from '../../src/tables/row_memory.js';

/** Chunks, and their verdicts where rows have any. */
export interface Decided {
  readonly chunk: RequestChunk;
  readonly verdicts?: Uint8Array | undefined;
}

/** A whole table as bytes; a part of it for each group of chunks, by encoders that take turns. */
export async function tableBytes(
  world: WorldNames,
  { format, ...more }: Partial<OutputTable> & { readonly format: TableFormat },
  groups: Iterable<readonly Decided[]>,
): Promise<Buffer> {
  const hasVerdicts = more.hasVerdicts ?? false;
  const added = hasVerdicts ? ANY_ADDED_NAMES : NO_ADDED_NAMES;
  const table: OutputTable = { format, hasVerdicts, added, compression: 'snappy', ...more };
  const { makeWriter, makeEncoder } = await openOutput(world, table);
  const writer = makeWriter();
  const encoders = [makeEncoder(createMemory(true)), makeEncoder(createMemory(true))] as const;
  const bytes: (string | Uint8Array)[] = [writer.header];
  let turn = 0;
  for (const group of groups) {
    const encoder = encoders[turn++ % 2] as (typeof encoders)[0];
    for (const { chunk, verdicts } of group) encoder.add(chunk, verdicts);
    for (const part of encoder.take()) bytes.push(...writer.part(part).map((piece) => piece.slice()));
  }
  bytes.push(writer.footer?.() ?? '');
  return Buffer.concat(bytes.map((piece) => Buffer.from(piece as Uint8Array)));
}

/** Columns of requests as a whole table. */
export function requestTable(
  world: WorldNames,
  format: TableFormat,
  chunks: Iterable<{ readonly columns: FullColumns }>,
): Promise<Buffer> {
  return tableBytes(
    world,
    { format },
    [...chunks].map(({ columns }) => [{ chunk: chunkOf(columns) }]),
  );
}

function chunkOf(columns: FullColumns): RequestChunk {
  return { columns, rows: columns.task.length, firstRow: 0, bad: new Map() };
}

/** Cells of a column of a record batch. */
export interface BatchCells {
  readonly data: ArrayBufferView;
  readonly valid: Uint8Array;
  readonly empty: number;
}

/** A record batch of any cells. */
export function recordBatch(encoder: ArrowEncoder, rows: number, cells: readonly BatchCells[]): Uint8Array {
  let end = 0;
  const buffers: Uint8Array[] = [];
  const place = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => {
    const region = { offset: end, length: byteLength };
    const padded = new Uint8Array(regionBytes(byteLength));
    padded.set(new Uint8Array(buffer, byteOffset, byteLength));
    buffers.push(padded);
    end += padded.length;
    return region;
  };
  const columns: ArrowPart['columns'] = cells.map(({ data, valid, empty }) => ({
    valid: place(valid),
    data: place(data),
    empty,
  }));
  return concatBytes([encoder.batch(rows, columns, end), ...buffers]);
}
